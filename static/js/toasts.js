// A toast that can be taken back stays in sight at the edge, and goes when its time is over.
const UNDO_MS = 30_000;

export function placeToasts(root) {
  for (const toast of root.querySelectorAll("[data-notes] [data-toast]")) {
    toast.classList.add("df-toast--fixed");
    setTimeout(() => {
      // Nobody loses what they are about to press.
      if (toast.contains(document.activeElement)) toast.classList.remove("df-toast--fixed");
      else toast.remove();
    }, UNDO_MS);
  }
}
