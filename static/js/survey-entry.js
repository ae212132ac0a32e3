// The mask for paper: Enter leads to the next field, and what a number means lights up.

export function typeNumbers(root) {
  for (const form of root.querySelectorAll("form[data-entry]")) {
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input[type=text], select")) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) form.requestSubmit();
      else next(form, event.target);
    });
    form.addEventListener("input", ({ target }) => light(target));
    for (const field of form.querySelectorAll("input[type=text]")) light(field);
  }
}

function next(form, from) {
  const fields = [...form.querySelectorAll("input[type=text], select, textarea, [type=submit]")];
  const to = fields[fields.indexOf(from) + 1];
  to?.focus();
  if (to?.matches("input")) to.select();
}

/** Beside a question with options, or above the rows of a matrix. */
function light(field) {
  const place = field.closest(".df-entry__f")?.nextElementSibling;
  if (!place?.matches(".df-entry__codes")) return;
  const typed = new Set(field.value.split(/[^0-9]+/).filter(Boolean));
  for (const code of place.querySelectorAll("[data-code]")) {
    code.classList.toggle("is-chosen", typed.has(code.dataset.code));
  }
}
