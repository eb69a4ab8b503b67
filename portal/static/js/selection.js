// The bars follow while cases move; amounts are whole thousandths, as the server counts them.
// What the server answers is what counts.
(() => {
  const form = document.querySelector("[data-workbench]");
  if (!form) return;
  const SVG = "http://www.w3.org/2000/svg";
  const body = form.querySelector("tbody");
  const rows = [...body.rows].map((row) => ({
    row,
    uses: new Map(row.dataset.uses.split(" ").filter(Boolean).map((one) => {
      const at = one.lastIndexOf(":");
      return [one.slice(0, at), Number(one.slice(at + 1))];
    })),
    orders: new Map(row.dataset.order.split(" ").map((one) => one.split(":"))),
  }));
  const bars = [...form.querySelectorAll("figure[data-budget]")];
  const place = (row) => row.querySelector("input:checked")?.value || row.dataset.place;

  const text = (thousandths) => {
    const whole = Math.trunc(thousandths / 1000);
    const rest = String(thousandths % 1000).padStart(3, "0").replace(/0+$/, "");
    return rest ? `${whole}.${rest}` : String(whole);
  };

  const say = (code, figures) => {
    for (const shown of form.querySelectorAll(`[data-budget="${code}"]`)) {
      for (const [name, value] of Object.entries(figures)) {
        for (const at of shown.querySelectorAll(`[data-figure="${name}"]`)) at.textContent = text(value);
      }
      const over = figures.over > 0;
      for (const at of shown.querySelectorAll("[data-when]")) at.hidden = (at.dataset.when === "over") !== over;
      if (over) shown.dataset.tone = "cinnabar";
      else delete shown.dataset.tone;
    }
  };

  const draw = (bar, taken) => {
    const offered = Number(bar.dataset.offered);
    const most = Number(bar.dataset.most);
    const others = Number(bar.dataset.others);
    const percent = (amount) => `${Math.round((100000 * amount) / offered) / 1000}%`;
    const blocks = bar.querySelector("[data-blocks]");
    blocks.replaceChildren();
    let at = others;
    for (const [name, amount] of taken) {
      const from = Math.min(at, most);
      at += amount;
      const block = document.createElementNS(SVG, "rect");
      block.setAttribute("class", "seg seg-block");
      block.setAttribute("x", percent(from));
      block.setAttribute("y", "3");
      block.setAttribute("width", percent(Math.min(at, most) - from));
      block.setAttribute("height", "16");
      const title = document.createElementNS(SVG, "title");
      title.textContent = `${name} ${text(amount)}`;
      block.append(title);
      blocks.append(block);
    }
    const over = Math.max(at - most, 0);
    bar.querySelector("[data-over]").setAttribute("width", percent(over));
    bar.querySelector("[data-scale]").setAttribute("width", `${(100 * offered) / (offered + over)}%`);
    say(bar.dataset.budget, { selected: at - others, free: Math.max(most - at, 0), over });
  };

  const count = () => {
    const chosen = rows.filter(({ row }) => place(row) === "select");
    for (const { row } of rows) row.classList.toggle("chosen", place(row) === "select");
    for (const bar of bars) {
      const code = bar.dataset.budget;
      draw(bar, chosen.filter((one) => one.uses.get(code)).map((one) => [one.row.dataset.case, one.uses.get(code)]));
    }
    for (const at of form.querySelectorAll('[data-figure="cases"]')) at.textContent = chosen.length;
  };

  const arrange = () => {
    const group = form.elements.group.value;
    const order = form.elements.order.value || "rank";
    for (const { row } of rows) row.hidden = Boolean(group) && !row.dataset.in.split(" ").includes(group);
    const at = (one) => Number(one.orders.get(order));
    body.append(...rows.sort((one, other) => at(one) - at(other)).map(({ row }) => row));
  };

  const go = (step) => {
    const shown = [...body.rows].filter((row) => !row.hidden && row.querySelector("input"));
    const now = shown.findIndex((row) => row.contains(document.activeElement));
    const next = shown[now < 0 ? 0 : Math.min(Math.max(now + step, 0), shown.length - 1)];
    if (!next) return;
    next.querySelector("input:checked").focus();
    next.scrollIntoView({ block: "nearest" });
  };

  form.addEventListener("change", (event) => {
    if (event.target.matches("input[type=radio]")) count();
    if (event.target.matches("select")) arrange();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]), textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") go(key === "j" ? 1 : -1);
    const value = { s: "select", r: "reserve", n: "not" }[key];
    const input = value && document.activeElement.closest("tr")?.querySelector(`input[value=${value}]`);
    if (!input) return;
    input.checked = true;
    input.focus();
    count();
  });

  form.querySelector("[data-count]").hidden = true;
  count();
})();
