// Keys on a score sheet: 0 to 5 on a scale, the full stop for a half, N for the next criterion.
(() => {
  const sheet = document.querySelector("form[data-keys]");
  if (!sheet) return;
  const scales = [...sheet.querySelectorAll("[role=radiogroup]")];

  const choose = (scale, value) => {
    const radio = scale.querySelector(`input[value="${value}"]`);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
  };

  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      sheet.requestSubmit(sheet.querySelector("button[value=save]"));
      return;
    }
    const scale = event.target.closest("[role=radiogroup]");
    if (!scale || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-5]$/.test(event.key)) {
      choose(scale, event.key);
    } else if (event.key === ".") {
      const given = scale.querySelector("input:checked");
      if (given && /^[0-4]$/.test(given.value)) choose(scale, `${given.value}.5`);
    } else if (event.key === "n" || event.key === "N") {
      const next = scales[(scales.indexOf(scale) + 1) % scales.length];
      (next.querySelector("input:checked") || next.querySelector("input")).focus();
    } else {
      return;
    }
    event.preventDefault();
  });
})();
