// The editor of surveys: saves while one writes, swaps what a button changes, and lets questions be
// dragged. Every form works without it; whatever goes wrong here, the browser does it the plain way.

const PAUSE_MS = 900;

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/** Takes these parts of the page over from the page the server answered with. */
function takeParts(page, names) {
  for (const name of names) {
    const twin = page.querySelector(`[data-part="${name}"]`);
    const part = document.querySelector(`[data-part="${name}"]`);
    if (twin && part) part.replaceWith(document.adoptNode(twin));
  }
}

async function send(form, button) {
  const body = new FormData(form);
  if (button?.name) body.set(button.name, button.value);
  const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  return { response, page: parse(await response.text()) };
}

function say(words) {
  const note = document.querySelector("[data-saved-note]");
  if (note) note.textContent = words;
}

// Acts on the list

function swapActs(root) {
  root.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-swap]");
    const button = event.submitter;
    if (!form || !button) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    try {
      const { response, page } = await send(form, button);
      if (!response.ok || !page.querySelector('[data-part="liste"]')) throw new Error(response.status);
      const item = form.closest("[data-question], [data-page]");
      takeParts(page, ["liste", "verlauf"]);
      showNotes(page);
      focusAgain(button.id, item);
      dragQuestions();
    } catch {
      form.submit();
    }
  });
}

function showNotes(page) {
  document.querySelector("[data-notes]")?.remove();
  const notes = page.querySelector("[data-notes]");
  if (notes) document.querySelector("main").prepend(document.adoptNode(notes));
}

/** The same button, or what is nearest to it: keyboards and screen readers stay where they were. */
function focusAgain(id, item) {
  const key = item?.dataset.question;
  const again =
    document.getElementById(id) ??
    document.querySelector(`[data-question="${key}"] a`) ??
    document.querySelector('[data-part="liste"] a');
  again?.focus();
}

// Dragging: an extra for the mouse; the buttons do the same

function dragQuestions() {
  const list = document.querySelector("[data-drag]");
  if (!list) return;
  for (const item of list.querySelectorAll("[data-question]")) item.draggable = true;
}

function placeOf(item) {
  const items = [...item.closest("[data-questions]").querySelectorAll("[data-question]")];
  return items.indexOf(item) + 1;
}

function followDrags(root) {
  let dragged = null;
  const over = (event) => event.target.closest?.("[data-question]");
  root.addEventListener("dragstart", (event) => {
    dragged = over(event);
    dragged?.classList.add("is-dragged");
    event.dataTransfer?.setData("text/plain", dragged?.dataset.question ?? "");
  });
  root.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    for (const item of root.querySelectorAll(".is-over")) item.classList.remove("is-over");
    dragged = null;
  });
  root.addEventListener("dragover", (event) => {
    const target = over(event) ?? event.target.closest?.("[data-page]");
    if (!dragged || !target) return;
    event.preventDefault();
    for (const item of root.querySelectorAll(".is-over")) item.classList.remove("is-over");
    target.classList.add("is-over");
  });
  root.addEventListener("drop", (event) => {
    const target = over(event);
    const page = event.target.closest?.("[data-page]");
    if (!dragged || !page || target === dragged) return;
    event.preventDefault();
    drop(dragged, page.dataset.page, target);
  });
}

async function drop(dragged, page, target) {
  const form = dragged.querySelector("form[data-swap]");
  const body = new FormData(form);
  let place = target ? placeOf(target) : 9999;
  const isSame = target && target.closest("[data-questions]") === dragged.closest("[data-questions]");
  if (isSame && placeOf(dragged) < place) place -= 1;
  body.set("tun", "verschieben");
  body.set("key", dragged.dataset.question);
  body.set("ziel", `${page}-${place}`);
  const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  if (!response.ok) return location.reload();
  takeParts(parse(await response.text()), ["liste", "verlauf"]);
  dragQuestions();
}

// Saving while one writes

function autosave(form) {
  let timer = 0;
  let running = false;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  };
  const save = async () => {
    if (running) return later();
    running = true;
    const sent = snapshot(form);
    try {
      const { response, page } = await send(form, null);
      if (response.status === 409) return form.submit();
      takeParts(page, response.ok ? ["vorschau", "befunde", "fehler", "verlauf"] : ["fehler"]);
      if (response.ok) keepStand(form, page);
      say(response.ok ? savedWords() : "");
    } catch {
      say("");
    } finally {
      running = false;
      if (snapshot(form) !== sent) later();
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.name !== "pasted") later();
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}

function snapshot(form) {
  const data = new FormData(form);
  data.delete("stand");
  return new URLSearchParams(data).toString();
}

function keepStand(form, page) {
  const stand = page.querySelector("form[data-autosave] [name=stand]");
  if (stand) form.querySelector("[name=stand]").value = stand.value;
}

function savedWords() {
  const clock = new Date().toLocaleTimeString(document.documentElement.lang || "de", {
    hour: "2-digit",
    minute: "2-digit",
  });
  return `${document.querySelector("[data-stored]").dataset.stored} ${clock}`;
}

// Conditions: the answers that fit a question come as soon as it is chosen

function askForAnswers(form) {
  for (const button of form.querySelectorAll("[data-only-plain]")) button.hidden = true;
  form.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-asks]")) return;
    const id = event.target.id;
    const { response, page } = await send(form, { name: "tun", value: "fragen" });
    if (!response.ok) return;
    takeParts(page, ["zeilen"]);
    for (const button of form.querySelectorAll("[data-only-plain]")) button.hidden = true;
    document.getElementById(id)?.focus();
  });
}

swapActs(document);
dragQuestions();
followDrags(document);
for (const form of document.querySelectorAll("form[data-autosave]")) autosave(form);
for (const form of document.querySelectorAll("form[data-condition]")) askForAnswers(form);
