// A ready sentence goes into its field at once; without a script, a button asks the server for it.

function fill(select, field) {
  const chosen = select.selectedOptions[0];
  if (!chosen?.dataset.text) return;
  field.value = chosen.dataset.text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const rule = select.form.elements.namedItem("rule");
  if (rule && !rule.value) rule.value = chosen.dataset.rule;
}

export function fillReasons(root) {
  for (const select of root.querySelectorAll("select[data-fills]")) {
    const field = select.form.elements.namedItem(select.dataset.fills);
    const button = select.form.querySelector("[data-fill-button]");
    if (!field) continue;
    if (button) button.hidden = true;
    select.addEventListener("change", () => fill(select, field));
  }
}
