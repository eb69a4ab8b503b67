// Asks from time to time who else is here, and not while nobody looks at the page.
(() => {
  const EVERY = 20000;
  const part = document.getElementById("presence");
  if (!part) return;
  const look = () => document.visibilityState === "visible" && htmx.trigger(part, "look");
  window.addEventListener("load", look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY);
})();
