/** The plain way, after the other one failed. `submit()` knows no button, so its value goes along as
 *  a field of its own. */
export function resend(form, button) {
  if (button?.name) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: button.name, value: button.value });
    form.append(field);
  }
  if (button?.hasAttribute("formaction")) form.action = button.formAction;
  form.submit();
}
