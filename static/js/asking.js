// A form of filters asks again as soon as one is chosen; without a script it has a button.

export function askAtOnce(root) {
  for (const form of root.querySelectorAll("form[data-ask]")) {
    for (const button of form.querySelectorAll("[data-ask-button]")) button.hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
}
