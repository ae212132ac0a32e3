// How many characters are left, below a field with `data-limit`. Spoken rarely, shown always.
import { word } from "./words.js";

// A screen reader hears the figure only when it becomes scarce.
const SCARCE = 50;

/** Characters as the server counts them: code points, a line break is one. */
export function length(text) {
  return [...text.replaceAll("\r\n", "\n")].length;
}

export function countCharacters(root) {
  for (const field of root.querySelectorAll("[data-limit]")) {
    const note = root.querySelector(`[data-note-for="${CSS.escape(field.id)}"] [data-left]`);
    if (!note) continue;
    const update = () => {
      const left = Number(field.dataset.limit) - length(field.value);
      note.textContent = left < 0 ? word("over", -left) : word("left", left);
      note.classList.toggle("df-note--over", left < 0);
      note.setAttribute("aria-live", left < SCARCE ? "polite" : "off");
    };
    field.addEventListener("input", update);
    update();
  }
}
