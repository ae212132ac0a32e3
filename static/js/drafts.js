// What somebody types stays in this browser until it was sent: `data-draft="key"` on a textarea.
// The draft goes when the page after sending says that all went well, by a notice or by
// `data-draft-done="key"`; a refused form, a lost login or a lost line leave it where it is.
// `data-draft-base` says on which version of a page it was begun, and is kept beside it.
import { read, remove, write } from "./store.js";
import { word } from "./words.js";

const PAUSE_MS = 400;
const KEPT_MS = 30 * 86_400_000;

function noteOf(field) {
  return document.querySelector(`[data-note-for="${CSS.escape(field.id)}"] [data-saved]`);
}

function say(field, text) {
  const note = noteOf(field);
  if (note && note.textContent !== text) note.textContent = text;
}

function save(field, key) {
  if (!field.value.trim()) {
    remove(key);
    say(field, "");
  } else if (write(key, { text: field.value, at: Date.now(), base: field.dataset.draftBase })) {
    say(field, word("saved"));
  }
}

function restore(field, key) {
  const draft = read(key);
  if (!draft) return;
  if (Date.now() - draft.at > KEPT_MS) {
    remove(key);
  } else if (!field.value.trim()) {
    field.value = draft.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    say(field, word("saved"));
  }
}

function removeSent(root) {
  const went = root.querySelector("[data-notes] :is(.kern-alert--success, .df-toast)");
  if (went) (read("sent") ?? []).forEach(remove);
  remove("sent");
  for (const done of root.querySelectorAll("[data-draft-done]")) {
    remove(`draft:${done.dataset.draftDone}`);
  }
}

export function keepDrafts(root) {
  removeSent(root);
  for (const field of root.querySelectorAll("textarea[data-draft], input[data-draft]")) {
    const key = `draft:${field.dataset.draft}`;
    let timer = 0;
    restore(field, key);
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => save(field, key), PAUSE_MS);
    });
    field.form?.addEventListener("submit", () => write("sent", [...(read("sent") ?? []), key]));
    // Leaving within the pause would lose the last words.
    window.addEventListener("pagehide", () => {
      clearTimeout(timer);
      if (field.value !== field.defaultValue) save(field, key);
    });
  }
}
