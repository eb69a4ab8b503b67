// Two digits open the case of that number; J and K, or the arrows, go on and back.
(() => {
  const PAUSE = 1500;
  let typed = "";
  let at = 0;

  const open = (element) => {
    const link = element && (element.matches("a") ? element : element.querySelector("a"));
    if (link) link.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const turn = { j: "next", ArrowRight: "next", k: "prev", ArrowLeft: "prev" }[event.key];
    if (turn) {
      open(document.querySelector(`a[rel=${turn}]`));
      return;
    }
    if (!/^[0-9]$/.test(event.key)) return;
    typed = event.timeStamp - at < PAUSE ? (typed + event.key).slice(-2) : event.key;
    at = event.timeStamp;
    if (typed.length === 2) {
      open(document.querySelector(`[data-number="${typed}"]`));
      typed = "";
    }
  });
})();
