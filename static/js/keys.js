// Single keys at the desk: `data-key="a"` on a button, link or field, `data-key="g l"` for one after
// the other. In a list, `data-row-key` belongs to the row that has the focus, and j and k go from row
// to row. `?` shows all keys; they can be switched off for good in this browser (WCAG 2.1.4).
import { read, write } from "./store.js";

const TYPING = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select";
const SECOND_KEY_MS = 1500;
const STEPS = { j: 1, k: -1 };

function isTyping(target) {
  return target.isContentEditable || target.matches?.(TYPING);
}

function nameOf(event) {
  if (event.key === "Escape") return "esc";
  return event.key.length === 1 ? event.key.toLowerCase() : "";
}

export function currentRow() {
  return document.activeElement?.closest("[data-row]") ?? null;
}

/** The next row up or down; with none chosen, the first. False where there is no list. */
function step(root, by) {
  const rows = [...root.querySelectorAll("[data-row]")];
  if (!rows.length) return false;
  const place = rows.indexOf(currentRow());
  const row = rows[place < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, place + by))];
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return true;
}

const FOLDED = "dialog[data-keys-dialog], details[data-menu]";

/** In sight, or folded in the help or a menu. */
function isReachable(element) {
  return element.getClientRects().length > 0 || element.closest(FOLDED);
}

/** With marks set, a key means the marked ones, whose buttons only show then; without, the row one
 *  stands on. */
function find(root, keys) {
  const of = (name) => `[data-${name}="${CSS.escape(keys)}"]:not(:disabled, [hidden])`;
  const hasMarks = root.querySelector("[data-mark]:checked");
  const inRow = currentRow()?.querySelector(of("row-key"));
  const onPage = [...root.querySelectorAll(of("key"))].find(isReachable);
  if (inRow && (!hasMarks || inRow.matches("[data-mark]"))) return inRow;
  return onPage;
}

function follow(element) {
  if (element.matches("textarea, select, input:not([type=checkbox])")) element.focus();
  else element.click();
}

function listen(root) {
  let first = "";
  let timer = 0;
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const dialog = root.querySelector("dialog[data-keys-dialog]");
    const key = nameOf(event);
    const isOff = read("keys") === "off" || !dialog || dialog.open;
    if (!key || isOff || (isTyping(event.target) && key !== "esc")) return;
    const keys = first ? `${first} ${key}` : key;
    clearTimeout(timer);
    first = "";
    const found = find(root, keys);
    if (key === "?") dialog.showModal();
    else if (found) follow(found);
    else if (keys in STEPS) {
      if (!step(root, STEPS[keys])) return;
    } else if (root.querySelector(`[data-key^="${CSS.escape(keys)} "]`)) {
      first = keys;
      timer = setTimeout(() => (first = ""), SECOND_KEY_MS);
    } else return;
    event.preventDefault();
  });
}

/** Sends the form one types in: Ctrl and Enter, where Enter alone makes a new line. */
function sendByEnter(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const send = event.target.form?.querySelector("[data-send]");
    if (send) send.click();
  });
}

/** What belongs to one state of the page: called again when a part of it was swapped. */
export function showKeys(root) {
  const dialog = root.querySelector("dialog[data-keys-dialog]");
  if (!dialog) return;
  const toggle = dialog.querySelector("[data-keys-toggle]");
  toggle.checked = read("keys") !== "off";
  toggle.addEventListener("change", () => write("keys", toggle.checked ? "on" : "off"));
  for (const opener of root.querySelectorAll("[data-keys-help]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
  }
}

export function useKeys(root) {
  listen(root);
  sendByEnter(root);
}
