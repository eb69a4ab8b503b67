// Sends a file without leaving the page, says how far it is, and says before it is sent what is too
// large. Without it the form sends the file as any form does.
(() => {
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const bytes = (number) => number.toLocaleString("en");

  const say = (form, text) => {
    form.querySelector(".attach-said").textContent = text;
  };

  const tooLarge = (form) => {
    const input = form.querySelector("input[type=file]");
    const file = input.files[0];
    const most = Number(input.dataset.most);
    const large = Boolean(file) && file.size > most;
    input.setAttribute("aria-invalid", large);
    say(form, large ? fill(input.dataset.large, { name: file.name, size: bytes(file.size), most: bytes(most) }) : "");
    return large;
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.attach");
    if (form) tooLarge(form);
  });

  const of = (event) => (event.detail.requestConfig?.elt ?? event.detail.elt)?.closest?.("form.attach");

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = of(event);
    if (!form) return;
    if (tooLarge(form)) return event.preventDefault();
    form.querySelector("button[type=submit]").disabled = true;
    form.querySelector("progress").hidden = false;
  });

  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = of(event);
    if (!form || !event.detail.lengthComputable) return;
    const part = event.detail.loaded / event.detail.total;
    form.querySelector("progress").value = part;
    const percent = Math.floor(part * 100);
    say(form, percent < 100 ? fill(form.dataset.sending, { percent }) : form.dataset.looking);
  });

  // A refusal is a page like every other: it is shown in the place of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!of(event) || ![400, 403, 409, 503, 507].includes(event.detail.xhr.status)) return;
    event.detail.shouldSwap = event.detail.serverResponse.includes('class="fields"');
    event.detail.isError = !event.detail.shouldSwap;
  });

  const failed = (event) => {
    const form = of(event);
    if (!form) return;
    form.querySelector("button[type=submit]").disabled = false;
    form.querySelector("progress").hidden = true;
    say(form, event.detail.xhr?.status === 401 ? form.dataset.signedOut : form.dataset.failed);
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);

  // What was done or refused is read out, and the keyboard goes on from there.
  document.addEventListener("htmx:afterSwap", (event) => {
    const said = document.querySelector(".fields .refusal, .fields .error-summary");
    if (!of(event) || !said) return;
    said.tabIndex = -1;
    said.focus();
  });
})();
