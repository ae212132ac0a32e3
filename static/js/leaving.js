// Forms with `data-unsaved` ask before their changes are left behind. Drafts need no question.

export function warnBeforeLeaving(root) {
  for (const form of root.querySelectorAll("form[data-unsaved]")) {
    let changed = false;
    const ask = (event) => event.preventDefault();
    form.addEventListener("input", () => {
      if (changed) return;
      changed = true;
      window.addEventListener("beforeunload", ask);
    });
    form.addEventListener("submit", () => window.removeEventListener("beforeunload", ask));
  }
}
