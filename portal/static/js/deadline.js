// Counts down by the server's clock and adds the reader's own time.
(() => {
  const loaded = performance.now();
  const language = document.documentElement.lang;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const remaining = (part, milliseconds) => {
    if (milliseconds <= 0) return part.dataset.past;
    const minutes = Math.floor(milliseconds / 60000);
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60);
    const values = { days, hours, minutes: minutes % 60 };
    if (days > 1) return fill(part.dataset.days, values);
    if (days === 1) return fill(part.dataset.day, values);
    if (hours > 0) return fill(part.dataset.hours, values);
    return fill(part.dataset.minutes, values);
  };

  const tone = (milliseconds) => {
    if (milliseconds <= 3 * 3600000) return "cinnabar";
    return milliseconds <= 72 * 3600000 ? "amber" : "";
  };

  const yours = (part) => {
    const shown = part.querySelector(".deadline-yours");
    const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
      day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    });
    shown.textContent = fill(part.dataset.yours, { time: format.format(new Date(part.dataset.instant)) });
    shown.hidden = false;
  };

  const refresh = (part) => {
    if (!part.dataset.now) return;
    const left = Date.parse(part.dataset.instant) - Date.parse(part.dataset.now) - (performance.now() - loaded);
    part.querySelector(".deadline-left").textContent = remaining(part, left);
    part.dataset.tone = tone(left);
  };

  const parts = document.querySelectorAll(".deadline[data-instant]");
  parts.forEach(yours);
  parts.forEach(refresh);
  if (parts.length) setInterval(() => parts.forEach(refresh), 20000);
})();
