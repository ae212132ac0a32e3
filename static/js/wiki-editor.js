// The editor of the wiki: a toolbar, links by search, a preview while one writes, pictures by drop
// and paste, and a draft kept on the server. The form does all of it without this script.

import { read, remove } from "./store.js";

const PREVIEW_PAUSE_MS = 900;
const SEARCH_PAUSE_MS = 250;
const KEEP_PAUSE_MS = 4000;
const KEEP_AT_MOST_MS = 15_000;
const REFUSED_PAUSE_MS = 60_000; // when the server says that it is too much

const form = document.querySelector("form[data-wiki-editor]");
const field = form?.querySelector("textarea[name=text]");
const part = (name) => form.querySelector(`[data-editor-${name}]`);

function debounce(act, pause) {
  let timer = 0;
  const later = (extra = 0) => {
    clearTimeout(timer);
    timer = setTimeout(act, pause + extra);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

// Writing into the text so that the browser can take it back

function put(text, start, end) {
  field.focus();
  field.setSelectionRange(start, end);
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function selected() {
  const { selectionStart: start, selectionEnd: end, value } = field;
  return { start, end, text: value.slice(start, end) };
}

/** Around what is chosen, or around `words`, which are chosen then. */
function wrap(before, after, words) {
  const { start, end, text } = selected();
  const inner = text || words;
  put(before + inner + after, start, end);
  field.setSelectionRange(start + before.length, start + before.length + inner.length);
}

function startOfLine() {
  return field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
}

function prefix(sign) {
  const start = startOfLine();
  const { end } = selected();
  const lines = field.value.slice(start, end).split("\n");
  put(lines.map((line) => sign + line).join("\n"), start, end);
}

function addNote(words) {
  let number = 1;
  while (field.value.includes(`[^${number}]`)) number += 1;
  const { end } = selected();
  put(`[^${number}]`, end, end);
  const last = field.value.length;
  const gap = field.value.endsWith("\n") ? "\n" : "\n\n";
  put(`${gap}[^${number}]: ${words}`, last, last);
  field.setSelectionRange(field.value.length - words.length, field.value.length);
}

function addBox(words) {
  const start = startOfLine();
  const { end } = selected();
  const inner = field.value.slice(start, end) || words;
  put(`::: hinweis\n${inner}\n:::\n`, start, end);
}

const ACTS = {
  bold: (words) => wrap("**", "**", words),
  italic: (words) => wrap("*", "*", words),
  heading: () => prefix("## "),
  list: () => prefix("- "),
  link: () => openLinks(),
  picture: () => askForPicture(),
  note: (words) => addNote(words),
  box: (words) => addBox(words),
};
const KEYS = { b: "bold", i: "italic", k: "link" };

function buttonOf(act) {
  return form.querySelector(`[data-act="${act}"]`);
}

function act(name) {
  ACTS[name](buttonOf(name).dataset.words ?? "");
}

function startTools() {
  const tools = part("tools");
  const buttons = [...tools.querySelectorAll("button")];
  const rove = (to) => {
    for (const button of buttons) button.tabIndex = button === to ? 0 : -1;
  };
  rove(buttons[0]);
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    rove(button);
    act(button.dataset.act);
  });
  tools.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const to = buttons[(steps[event.key] + buttons.length) % buttons.length];
    rove(to);
    to.focus();
  });
  field.addEventListener("keydown", (event) => {
    const isAlone = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const name = isAlone ? KEYS[event.key.toLowerCase()] : "";
    if (!name) return;
    event.preventDefault();
    act(name);
  });
}

// Links by search

let range = { start: 0, end: 0, text: "" };

function openLinks() {
  range = selected();
  const box = part("links");
  box.hidden = false;
  const search = box.querySelector("input");
  search.value = range.text;
  search.focus();
  findPages();
}

function closeLinks() {
  part("links").hidden = true;
  field.focus();
  field.setSelectionRange(range.start, range.end);
}

function link(title) {
  part("links").hidden = true;
  const shown = range.text && range.text !== title ? `|${range.text}` : "";
  put(`[[${title}${shown}]]`, range.start, range.end);
}

function option(title, words) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "df-chip";
  button.textContent = words;
  button.addEventListener("click", () => link(title));
  item.append(button);
  return item;
}

async function findPages() {
  const box = part("links");
  const words = box.querySelector("input").value.trim();
  const list = box.querySelector("ul");
  const response = words
    ? await fetch(`${form.dataset.search}?q=${encodeURIComponent(words)}`, { credentials: "same-origin" })
    : null;
  if (words !== box.querySelector("input").value.trim()) return; // a later one is on its way
  const found = response?.ok ? await response.json() : [];
  const items = found.map((page) => option(page.title, page.title));
  const isThere = found.some((page) => page.title.toLowerCase() === words.toLowerCase());
  if (words && !isThere) items.push(option(words, box.dataset.new.replace("{title}", words)));
  list.replaceChildren(...items);
  box.querySelector("[role=status]").textContent = words ? box.dataset.found.replace("{n}", found.length) : "";
}

function startLinks() {
  const box = part("links");
  const later = debounce(() => findPages().catch(() => {}), SEARCH_PAUSE_MS);
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    later();
  });
  box.querySelector("[data-close]").addEventListener("click", closeLinks);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeLinks();
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // it would send the form
    box.querySelector("ul button")?.click();
  });
}

// Preview

const coming = new Set(); // names of files that are sent with the form

function sayWhenItComes(missing, words) {
  const isComing = [...coming].some((name) => missing.textContent.endsWith(`: ${name})`));
  if (isComing) missing.textContent = words;
}

function startPreview() {
  const live = part("preview");
  const shown = live.querySelector("[data-shown]");
  let last = null;
  let running = null;
  const look = async () => {
    if (!live.open || field.value === last) return;
    running?.abort();
    running = new AbortController();
    const body = new FormData();
    for (const name of ["csrf_token", "text"]) body.set(name, form.elements[name]?.value ?? "");
    body.set("seite", form.dataset.page);
    const text = field.value;
    try {
      const options = { method: "POST", body, credentials: "same-origin", signal: running.signal };
      const response = await fetch(form.dataset.preview, options);
      if (response.status === 429) return later(REFUSED_PAUSE_MS);
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      // The form has names of its own for its parts.
      for (const named of page.querySelectorAll("[id]")) named.removeAttribute("id");
      shown.replaceChildren(...page.body.childNodes);
      for (const missing of shown.querySelectorAll(".df-missing")) sayWhenItComes(missing, live.dataset.comes);
      last = text;
    } catch {
      // Without a line or with a newer text there is nothing to show.
    }
  };
  const later = debounce(look, PREVIEW_PAUSE_MS);
  live.hidden = false;
  live.addEventListener("toggle", look);
  field.addEventListener("input", () => later());
}

// Pictures

const DOCUMENT = /\.(pdf|odt|ods|docx|xlsx)$/i;
const nameField = () => form.elements.picture_name;
const altField = () => form.elements.picture_alt;

function askForPicture() {
  part("picture").open = true;
  form.elements.picture.focus();
  form.elements.picture.click();
}

function mentionOf(name) {
  const at = field.value.indexOf(`](anhang:${name})`);
  const start = at < 0 ? -1 : field.value.lastIndexOf("![", at);
  return start < 0 ? null : { start, end: at + `](anhang:${name})`.length };
}

/** Below the line of the cursor: between empty lines a picture is a large one with its caption. */
function mention(name, alt, former) {
  const words = `![${alt.replace(/[[\]\\]/g, "")}](anhang:${name})`;
  const old = former ? mentionOf(former) : null;
  if (old) return put(words, old.start, old.end);
  const line = field.value.indexOf("\n", field.selectionEnd);
  const end = line < 0 ? field.value.length : line;
  const above = field.value.slice(0, end).match(/\n*$/)[0].length;
  const below = field.value.slice(end).match(/^\n*/)[0].length;
  const gap = (lines) => "\n".repeat(Math.max(0, 2 - lines));
  put((end ? gap(above) : "") + words + gap(below), end, end);
}

function takePicture(file) {
  const former = nameField().value;
  // Pasted pictures are all called the same.
  const plain = file.name === "image.png" ? `bild-${Date.now().toString(36)}.png` : file.name;
  const name = plain.replace(/[\s()<>[\]\\]+/g, "-");
  nameField().value = name;
  coming.add(name);
  if (!mentionOf(name)) mention(name, altField().value, former);
  part("picture").open = true;
  altField().focus();
}

function startPictures() {
  const chosen = form.elements.picture;
  const give = (event, files) => {
    const isPicture = (one) => one.type.startsWith("image/");
    const all = [...(files ?? [])];
    const file = all.find(isPicture) ?? all.find((one) => DOCUMENT.test(one.name));
    if (!file) return;
    event.preventDefault();
    const box = new DataTransfer();
    box.items.add(file);
    const isShown = isPicture(file);
    (isShown ? chosen : form.elements.document).files = box.files;
    (isShown ? takePicture : takeDocument)(file);
  };
  chosen.addEventListener("change", () => chosen.files[0] && takePicture(chosen.files[0]));
  altField().addEventListener("change", () => {
    const name = nameField().value;
    const cursor = document.activeElement;
    if (name && mentionOf(name)) mention(name, altField().value, name);
    cursor?.focus();
  });
  field.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  field.addEventListener("drop", (event) => give(event, event.dataTransfer?.files));
  field.addEventListener("paste", (event) => give(event, event.clipboardData?.files));
}

// Documents

/** Where the cursor stands, under the name the server gives it. */
function takeDocument(file) {
  const title = form.elements.document_title;
  const stem = file.name.replace(/\.[^.]*$/, "").replace(/_/g, " ");
  if (!title.value) title.value = stem;
  const name = file.name.replace(/[\s()<>[\]\\]+/g, "-");
  part("document").open = true;
  coming.add(name);
  // A name with other signs becomes another one there; its link comes last then.
  if (!/^[\p{L}\p{N}._+-]+$/u.test(name) || field.value.includes(`](anhang:${name})`)) return;
  const end = field.selectionEnd;
  const gap = /\S$/.test(field.value.slice(0, end)) ? " " : "";
  put(`${gap}[${title.value.replace(/[[\]\\]/g, "")}](anhang:${name})`, end, end);
  title.focus();
}

function startDocuments() {
  const chosen = form.elements.document;
  chosen.addEventListener("change", () => chosen.files[0] && takeDocument(chosen.files[0]));
}

// What this device kept of an earlier visit: an empty field got it back already. A text goes back
// together with the version it was begun on, so that what was published since is joined to it.

function startDevice() {
  const key = `draft:${field.dataset.draft}`;
  const kept = read(key);
  const box = part("device");
  if (!kept?.text || kept.text.trim() === field.value.trim()) return;
  const isOlder = Boolean(kept.base) && kept.base !== field.dataset.draftBase;
  box.querySelector("[data-older]")?.toggleAttribute("hidden", !isOlder);
  box.hidden = false;
  box.querySelector("[data-take]").addEventListener("click", () => {
    box.hidden = true;
    if (isOlder) form.elements.base.value = field.dataset.draftBase = kept.base;
    put(kept.text, 0, field.value.length);
  });
  box.querySelector("[data-drop]").addEventListener("click", () => {
    box.hidden = true;
    remove(key);
    field.focus();
  });
}

// The draft on the server

function startKeeping() {
  const says = part("kept");
  if (!says) return;
  let last = 0;
  let running = null;
  const keep = async () => {
    const title = form.elements.title;
    const isTooSoon = Date.now() - last < KEEP_AT_MOST_MS;
    if (isTooSoon || !title.value.trim() || document.activeElement === title) return later();
    last = Date.now();
    running = new AbortController();
    const body = new FormData(form);
    for (const name of ["picture", "document"]) body.delete(name); // heavy, and no part of a draft
    body.set("aktion", "entwurf");
    try {
      const options = { method: "POST", body, credentials: "same-origin", signal: running.signal };
      const response = await fetch(form.action, options);
      if (!response.ok || response.redirected) return;
      says.textContent = keptWords(says);
      form.elements.kept.value = body.get("title"); // under another title it is the same draft
    } catch {
      says.textContent = "";
    }
  };
  const later = debounce(keep, KEEP_PAUSE_MS);
  field.addEventListener("input", () => later());
  form.addEventListener("submit", () => {
    later.cancel();
    running?.abort();
  });
}

function keptWords(says) {
  const language = document.documentElement.lang || "de";
  const clock = new Date().toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  return says.dataset.words.replace("{time}", clock);
}

if (field) for (const start of [startTools, startLinks, startPreview, startPictures, startDocuments, startDevice, startKeeping]) start();
