// Counts the characters of a long text while it is typed.
(() => {
  for (const note of document.querySelectorAll(".count[data-for]")) {
    const field = document.getElementById(note.dataset.for);
    const most = Number(note.dataset.most);
    const limits = note.textContent;
    const show = () => {
      const count = field.value.trim().length;
      const text = note.dataset.text.replace("{count}", count.toLocaleString()).replace("{most}", most.toLocaleString());
      note.textContent = count ? `${text} · ${limits}` : limits;
      if (count > most) note.dataset.tone = "cinnabar";
      else delete note.dataset.tone;
    };
    field.addEventListener("input", show);
    show();
  }
})();
