// Taking passages out of a text, and cutting one in two: fields that can only lose words, a button
// for what is marked, and a preview that follows. Without a script one deletes and asks for it.

const PAUSE_MS = 400;

/** Typing, pasting and dropping are held back; deleting, cutting and undoing are not. */
function onlyLess(field) {
  field.addEventListener("beforeinput", (event) => {
    if (/^insert/.test(event.inputType)) event.preventDefault();
  });
}

function takeOut(field) {
  const { selectionStart: from, selectionEnd: to } = field;
  if (from === to) return;
  field.focus();
  // The old command is the only way that the browser's own undo knows of.
  if (!document.execCommand("delete")) field.setRangeText("", from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function look(form) {
  const body = new FormData(form);
  body.append("tun", "vorschau");
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const name of ["preview", "ready"]) {
    const place = form.querySelector(`[data-${name}]`);
    const fresh = page.querySelector(`form[data-redact] [data-${name}]`);
    if (place && fresh) place.replaceChildren(...fresh.childNodes);
  }
}

function watch(form) {
  const fields = [...form.querySelectorAll("[data-only-less]")];
  const button = form.querySelector("[data-take-out]");
  let last = fields.at(-1);
  let timer = 0;
  for (const field of fields) {
    onlyLess(field);
    field.addEventListener("focus", () => (last = field));
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => look(form).catch(() => {}), PAUSE_MS);
    });
  }
  button.hidden = false;
  button.addEventListener("mousedown", (event) => event.preventDefault()); // keeps what is marked
  button.addEventListener("click", () => takeOut(last));
  form.querySelector("[data-look]").hidden = true;
}

function cut(form) {
  const [first, second] = ["first", "second"].map((name) => form.elements.namedItem(name));
  const at = first.selectionStart;
  const moved = first.value.slice(at).trim();
  if (!moved) return;
  second.value = [moved, second.value.trim()].filter(Boolean).join("\n\n");
  first.value = first.value.slice(0, at).trimEnd();
  second.focus();
}

export function takePassagesOut(root) {
  for (const form of root.querySelectorAll("form[data-redact]")) watch(form);
  for (const form of root.querySelectorAll("form[data-split]")) {
    const button = form.querySelector("[data-cut]");
    button.hidden = false;
    button.addEventListener("click", () => cut(form));
  }
}
