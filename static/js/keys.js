// Single keys at the desk: `data-key="f"` on a button, link or field. `?` shows them all, and they
// can be switched off for good in this browser (WCAG 2.1.4).
import { read, write } from "./store.js";

const TYPING = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select";

function isTyping(target) {
  return target.isContentEditable || target.matches?.(TYPING);
}

function follow(element) {
  if (element.matches("textarea, input, select")) element.focus();
  else element.click();
  if (element.matches("details[open] > summary")) {
    element.parentElement.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  }
}

function bindDialog(dialog) {
  const toggle = dialog.querySelector("[data-keys-toggle]");
  toggle.checked = read("keys") !== "off";
  toggle.addEventListener("change", () => write("keys", toggle.checked ? "on" : "off"));
  for (const opener of document.querySelectorAll("[data-keys-help]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
  }
}

export function useKeys(root) {
  const dialog = root.querySelector("dialog[data-keys-dialog]");
  if (!dialog) return;
  bindDialog(dialog);
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (read("keys") === "off" || dialog.open || isTyping(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : "";
    const found = key && root.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
    if (!found) return;
    event.preventDefault();
    follow(found);
  });
}
