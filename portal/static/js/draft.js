// Keeps what is typed in a long form: on the server while it is typed, and in this browser until
// the server has it. It shows and hides what hangs on an answer. The form works without it.
(() => {
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const QUIET = 2000, LONGEST = 10000, AGAIN = 15000, WEEK = 7 * 86400000;
  const line = document.getElementById("saved");
  const trouble = document.getElementById("trouble");
  const place = `draft:${form.dataset.keep}:`;
  const own = place + Math.random().toString(36).slice(2);
  // `edits` counts what was typed; `sent` and `kept` how much of it went out, and is saved.
  let edits = 0, sent = 0, kept = 0, since = 0, timer = 0, under = 0, failed = false, waiting = null, before = new Map();

  // In this browser
  const typed = () => [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  const values = () => {
    const found = new Map();
    for (const [name, value] of typed()) found.set(name, `${found.get(name) ?? ""}\n${value}`);
    return found;
  };
  const remember = () => {
    try {
      localStorage.setItem(own, JSON.stringify({ at: Date.now(), fields: typed() }));
    } catch { /* no room or not allowed: the server is asked all the same */ }
  };
  const remembered = () => {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith("draft:"));
      const found = keys.map((key) => [key, JSON.parse(localStorage.getItem(key))]);
      found.filter(([, copy]) => Date.now() - copy.at > WEEK).forEach(([key]) => forget(key));
      return found.filter(([key, copy]) => key.startsWith(place) && key !== own && Date.now() - copy.at <= WEEK);
    } catch {
      return [];
    }
  };
  const forget = (key) => {
    try { localStorage.removeItem(key); } catch { /* it was never there */ }
  };

  // On the server
  const save = () => {
    clearTimeout(timer);
    htmx.trigger(line, "keep");
  };
  const later = () => {
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(QUIET, since + LONGEST - Date.now())));
  };
  const failing = () => {
    failed = true;
    line.textContent = line.dataset.failed;
    line.dataset.tone = "cinnabar";
  };
  const notice = (tone, text, ...buttons) => {
    const told = Object.assign(document.createElement("p"), { className: "notice", textContent: `${text} ` });
    told.dataset.tone = tone;
    for (const button of buttons) told.append(button, " ");
    trouble.replaceChildren(told);
  };
  const unsaved = (text, ...buttons) => {
    failing();
    notice("cinnabar", text, ...buttons);
  };
  const pressable = (label, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary btn-sm", textContent: label });
    button.addEventListener("click", act);
    return button;
  };
  const submit = () => form.requestSubmit(form.querySelector("button[value=save]"));

  form.addEventListener("input", () => {
    edits += 1;
    line.textContent = line.dataset.typing;
    remember();
    later();
  });

  // Of the requests of htmx, those that save
  const saves = (event) => event.detail.requestConfig?.path === form.getAttribute("action");
  const busy = (event, is) => {
    const table = event.detail.elt.closest?.("section.rows");
    if (!table) return;
    table.inert = is;
    for (const part of document.querySelectorAll("[hx-post].htmx-request")) {
      if (part !== line && !form.contains(part)) htmx.trigger(part, "htmx:abort");
    }
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!saves(event)) {
      if (form.querySelector("section.rows[inert]")) event.preventDefault(); // of rows that come or go
      return;
    }
    sent = edits;
    under += 1;
    before = values();
    line.textContent = line.dataset.saving;
    busy(event, true);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!saves(event)) return;
    if ([400, 403, 409].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
    // A field that others changed, and into which something was typed while this was under way,
    // is not replaced: the page stays on its old version, and the next save shows both.
    const answer = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    const taken = [...answer.querySelectorAll("[data-taken]")].map(({ id }) => document.getElementById(id));
    const now = values();
    const dirty = taken.some((part) => [...part.querySelectorAll("[name]")].some(({ name }) => now.get(name) !== before.get(name)));
    if (dirty) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!saves(event)) return;
    busy(event, false);
    under -= 1;
    since = 0;
    const status = event.detail.xhr.status;
    if (event.detail.successful) {
      delete line.dataset.tone;
      failed = false;
      kept = sent;
      if (edits === kept) forget(own);
      else later();
    } else if (status === 401) {
      unsaved(trouble.dataset.signedOut, pressable(trouble.dataset.signIn, submit));
    } else if (status === 0 || status >= 429) {
      unsaved(trouble.dataset.offline);
      clearTimeout(timer);
      timer = setTimeout(save, AGAIN);
    } else {
      failing();
    }
    if (waiting && !under) form.requestSubmit(waiting);
  });
  window.addEventListener("online", () => edits !== kept && save());

  // The button waits for what is under way, else the page would be in dispute with itself
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (under) {
      event.preventDefault();
      waiting = event.submitter;
    } else {
      remember();
      kept = edits;
    }
  });

  // On leaving before the pause is over; where the server was not reached, the person is asked first
  window.addEventListener("beforeunload", (event) => {
    if (failed && edits !== kept) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    if (edits === kept) return;
    const body = new URLSearchParams([...new FormData(form)]);
    fetch(form.action, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } }).catch(() => {});
  });

  // On coming back: what an earlier page could not save is offered, or sent as it would have been then
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const compare = (key, copy, label) => pressable(label, () => {
    const old = Object.assign(document.createElement("form"), { method: "post", action: form.action, hidden: true });
    for (const [name, value] of [...copy.fields, ["csrfmiddlewaretoken", token], ["act", "save"]]) {
      old.append(Object.assign(document.createElement("textarea"), { name, value }));
    }
    document.body.append(old);
    forget(key);
    old.submit();
  });
  const said = (fields) => JSON.stringify(fields.filter(([name, value]) => value && !["version", "stamp", "kept"].includes(name)));
  const offer = (key, copy) => {
    if (said(copy.fields) === said(typed())) return forget(key);
    const leave = pressable(trouble.dataset.leave, () => {
      forget(key);
      trouble.replaceChildren();
    });
    notice("amber", trouble.dataset.offer, compare(key, copy, trouble.dataset.take), leave);
  };
  const comeBack = async () => {
    if ("offer" in form.dataset) return remembered().forEach(([key, copy]) => offer(key, copy));
    for (const [key, copy] of remembered()) {
      const body = new URLSearchParams([...copy.fields, ["csrfmiddlewaretoken", token], ["again", "1"]]);
      const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (answer.ok) {
        forget(key);
        if (answer.headers.has("X-Saved-Again") && edits === 0) location.replace(location.pathname);
      } else if (answer.status === 409) {
        unsaved(trouble.dataset.dispute, compare(key, copy, trouble.dataset.compare));
      }
    }
  };
  if ("unsaved" in form.dataset) {
    edits = 1;
    window.addEventListener("load", save);
  } else {
    comeBack().catch(() => {});
  }

  // What hangs on an answer, {name: [values]}
  const given = (name) => [...form.elements]
    .filter((one) => one.name === name && (!["checkbox", "radio"].includes(one.type) || one.checked))
    .map((one) => one.value);
  const ask = () => {
    for (const part of form.querySelectorAll("[data-when]")) {
      const when = Object.entries(JSON.parse(part.dataset.when));
      part.hidden = !when.every(([name, values]) => given(name).some((value) => values.includes(value.trim())));
    }
  };
  form.addEventListener("change", ask);

  // A row that is closed says what stands in it
  form.addEventListener("toggle", (event) => {
    const row = event.target;
    if (row.open || !row.matches(".row-of")) return;
    const said = [...row.querySelectorAll("input:not([type=checkbox]), textarea, select")].map((one) =>
      one.tagName === "SELECT" ? one.value && one.selectedOptions[0].textContent : one.value.trim());
    row.querySelector(".row-says").textContent = said.filter(Boolean).slice(0, 2).join(" · ");
  }, true);
})();
