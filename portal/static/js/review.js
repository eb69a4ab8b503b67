// The sheet: its keys, what is owed while it is typed, and on a narrow screen the case or the sheet.
(() => {
  // The case or the sheet, each where it was left
  const parts = { "#case": document.getElementById("case"), "#sheet": document.getElementById("sheet") };
  const links = [...document.querySelectorAll(".switch a")];
  const memory = `pane:${location.pathname}`;
  const places = { "#case": 0, "#sheet": 0 };
  let shown = "";

  const show = (name) => {
    if (shown) places[shown] = window.scrollY;
    shown = name;
    document.body.dataset.pane = name.slice(1);
    for (const link of links) {
      if (link.hash === name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    try { sessionStorage.setItem(memory, name); } catch { /* it opens with the case again */ }
    window.scrollTo({ top: places[name], behavior: "instant" });
  };
  const holder = (hash) => Object.keys(parts).find((name) => name === hash || (hash.length > 1 && parts[name].querySelector(hash)));
  const remembered = () => {
    try { return sessionStorage.getItem(memory); } catch { return null; }
  };
  const offered = document.querySelector("#trouble .notice, #sheet .notice[role=status]"); // something typed earlier waits
  const open = () => show(offered ? "#sheet" : holder(location.hash) || remembered() || "#case");

  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link.hash);
    });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']:not(.switch a, .skip)");
    const name = link && holder(link.hash);
    if (name && name !== shown) show(name);
  });
  open();

  const sheet = document.querySelector("form.sheet");
  if (!sheet) return;

  // What is owed, as the server would say it
  const criteria = () => [...sheet.querySelectorAll("[data-criterion]")];
  const text = (part, name, values) => Object.entries(values).reduce((said, [key, value]) => said.replace(`{${key}}`, value), part.dataset[name]);
  const findings = (criterion) => [...criterion.querySelectorAll(".finding-row")]
    .map((row) => ({
      length: [...row.querySelector("textarea").value.trim()].length,
      major: row.querySelector("[name$=-major]").checked,
      most: Number(row.querySelector(".count").dataset.most),
    }))
    .filter(({ length }) => length);
  const owedBy = (criterion) => {
    const found = findings(criterion);
    const score = criterion.querySelector(".scale input:checked")?.value ?? "";
    const long = found.filter(({ length, most }) => length > most)
      .map(({ length, most }) => text(sheet, "long", { n: length, most }));
    const judged = "report" in sheet.dataset ? found.length > 0 : score !== "";
    let owed = "";
    if ("report" in sheet.dataset) owed = found.length ? "" : sheet.dataset.finding;
    else if (score === "na") owed = found.length ? "" : sheet.dataset.why;
    else if (score === "") owed = found.length ? sheet.dataset.noScore : "";
    else if (!found.length) owed = sheet.dataset.finding;
    else if ((score <= 2 || score === "5") && !found.some(({ major }) => major)) owed = text(sheet, "needsMajor", { score });
    return { judged, owed: [owed, ...long].filter(Boolean), lacking: judged ? owed && 1 : "report" in sheet.dataset ? 1 : 0, open: !judged || owed || long.length };
  };
  const progress = document.getElementById("progress");
  const next = document.querySelector(".sheet-next");
  const answered = (name) => {
    const part = sheet.querySelector(`#${name}`);
    return !part || [...part.querySelectorAll("input:checked, textarea")].some(({ value }) => value.trim());
  };
  const open_parts = () => [
    ...["accommodation"].filter((name) => !answered(name)),
    ...criteria().filter((one) => owedBy(one).open).map(({ id }) => id),
    ...["risk", "text", "confidence"].filter((name) => !answered(name)),
  ];
  const judge = () => {
    const found = criteria().map((one) => [one, owedBy(one)]);
    for (const [criterion, { owed }] of found) {
      const line = criterion.querySelector(".owed-line");
      const said = owed.join(" · ");
      if (line.textContent.trim() !== said) line.textContent = said;
    }
    const lacking = found.reduce((sum, [, { lacking: one }]) => sum + (one || 0), 0);
    const closed = [...sheet.querySelectorAll("section.criterion")]; // not written now: by name, or before the names
    const kept = closed.filter((one) => one.querySelector(".tabular")).length;
    const scored = text(progress, "scored", { n: found.filter(([, one]) => one.judged).length + kept, all: found.length + closed.length });
    const owed = lacking === 1 ? progress.dataset.one : text(progress, "many", { n: lacking });
    progress.firstElementChild.textContent = lacking ? `${scored}, ${owed}` : scored;
    next.hidden = open_parts().length === 0;
  };

  // A finding more, without asking the server
  const add = (criterion) => {
    const rows = criterion.querySelector(".finding-rows");
    const count = rows.children.length;
    const empty = [...rows.querySelectorAll("textarea")].find((one) => !one.value.trim());
    if (!empty && criterion.querySelector("button[name=add]")) {
      const made = criterion.querySelector("template").innerHTML.replaceAll("__n__", count).replaceAll("__m__", count + 1);
      rows.insertAdjacentHTML("beforeend", made);
      if (count + 1 >= 12) criterion.querySelector("button[name=add]").remove();
    }
    (empty || rows.lastElementChild.querySelector("textarea")).focus();
  };

  // Keys, and what they did in words
  const told = document.getElementById("told");
  const tell = (words) => { told.textContent = words; };
  const changed = (control) => {
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  let last = null; // the finding that was written last
  const here = () => document.activeElement?.closest("[data-criterion]") || criteria().find(({ id }) => id === last?.closest("[data-criterion]")?.id);
  const go = (part) => {
    if (!part) return;
    show("#sheet");
    part.scrollIntoView({ block: "nearest" });
    (part.querySelector(".scale input:checked, .form-check input:checked") || part.querySelector(".scale input, .form-check input, textarea"))?.focus();
  };
  const choose = (criterion, value) => {
    const radio = criterion?.querySelector(`.scale input[value="${value}"]`);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    changed(radio);
    const mark = criterion.querySelector(`[data-mark="${Math.floor(Number(value))}"]`);
    tell([`${criterion.id}: ${value}`, value.length === 1 && mark ? mark.textContent : "", criterion.querySelector(".owed-line").textContent].filter(Boolean).join(". "));
  };
  const mark = (name) => {
    const row = (last && sheet.contains(last) ? last : here()?.querySelector(".finding-row"));
    if (!row) return;
    if (name === "strength" || name === "weakness") {
      const kind = row.querySelector("select");
      kind.value = name;
      changed(kind);
      tell(`${row.ariaLabel}: ${kind.selectedOptions[0].textContent}`);
      return;
    }
    const box = row.querySelector(`[name$=-${name}]`);
    box.checked = !box.checked;
    changed(box);
    const words = name === "major" ? [told.dataset.minor, told.dataset.major] : [told.dataset.applicant, told.dataset.panel];
    tell(`${row.ariaLabel}: ${words[Number(box.checked)]}`);
  };
  const along = (by) => {
    const all = criteria();
    const place = all.indexOf(here());
    go(all[place < 0 ? 0 : (place + by + all.length) % all.length]);
  };
  const nextOwed = () => {
    const owed = open_parts();
    const order = [...sheet.querySelectorAll("fieldset[id]")].map(({ id }) => id);
    const place = order.indexOf(document.activeElement?.closest("fieldset[id]")?.id);
    go(sheet.querySelector(`#${owed.find((id) => order.indexOf(id) > place) || owed[0] || "owed"}`));
  };
  const help = document.getElementById("keys");
  const KEYS = {
    n: () => along(1),
    p: () => along(-1),
    o: nextOwed,
    f: () => here() && add(here()),
    m: () => mark("major"),
    c: () => mark("confidential"),
    s: () => mark("strength"),
    w: () => mark("weakness"),
    "?": () => help.showModal(),
    ".": () => {
      const given = here()?.querySelector(".scale input:checked");
      if (given && /^[0-4]$/.test(given.value)) choose(here(), `${given.value}.5`);
    },
  };
  parts["#sheet"].addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      sheet.requestSubmit(sheet.querySelector(event.shiftKey ? "button[value=lock]" : "button.btn[value=save]"));
      return;
    }
    const typing = event.target.matches("textarea, select, input[type=text]");
    if (typing && event.key === "Escape") {
      go(event.target.closest("fieldset"));
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const key = event.key.toLowerCase();
    if (/^[0-5]$/.test(key)) choose(here(), key);
    else if (key in KEYS) KEYS[key]();
    else return;
    event.preventDefault();
  });
  sheet.addEventListener("focusin", (event) => { last = event.target.closest(".finding-row") || last; });
  sheet.addEventListener("input", judge);
  sheet.addEventListener("change", judge);
  sheet.addEventListener("change", (event) => {
    const criterion = event.target.closest("[data-criterion]");
    if (!criterion || !event.target.matches(".scale input")) return;
    const words = criterion.querySelector(`[data-mark="${event.target.value}"]`);
    if (words) criterion.querySelector(".marks summary").textContent = words.textContent;
  });
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=add]");
    if (!button) return;
    event.preventDefault();
    add(button.closest("[data-criterion]"));
  });
  next.addEventListener("click", (event) => {
    event.preventDefault();
    nextOwed();
  });
  const helping = document.querySelector("[data-help]");
  helping.hidden = false;
  helping.addEventListener("click", () => help.showModal());
  document.addEventListener("htmx:afterSettle", judge);
  judge();
})();
