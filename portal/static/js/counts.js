// Counts the characters of a text while it is typed; says so to nobody who did not ask.
(() => {
  const limits = new WeakMap();

  const show = (note) => {
    const field = document.getElementById(note.dataset.for);
    if (!limits.has(note)) limits.set(note, note.textContent);
    const most = Number(note.dataset.most);
    const count = field.value.trim().length;
    const text = note.dataset.text.replace("{count}", count.toLocaleString()).replace("{most}", most.toLocaleString());
    note.textContent = [count && text, limits.get(note)].filter(Boolean).join(" · ");
    if (count > most) note.dataset.tone = "cinnabar";
    else delete note.dataset.tone;
  };

  const all = (part) => part.querySelectorAll(".count[data-for]").forEach(show);

  document.addEventListener("input", (event) => {
    const note = document.getElementById(`${event.target.id}_count`);
    if (note?.dataset.for) show(note);
  });
  document.addEventListener("htmx:load", (event) => all(event.detail.elt));
  all(document);
})();
