// Light or dark without a new page. The forms do the same with one, and the choice is kept either way.

function current() {
  const chosen = document.documentElement.dataset.kernTheme;
  if (chosen) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function show(theme, form) {
  if (theme) document.documentElement.dataset.kernTheme = theme;
  else delete document.documentElement.dataset.kernTheme;
  const scheme = document.querySelector("meta[name=color-scheme]");
  if (scheme) scheme.content = theme || "light dark";
  for (const button of form.querySelectorAll("button[name=ansicht]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

function keep(theme, form) {
  const body = new FormData(form);
  body.set("ansicht", theme);
  // The answer is a redirect to this page; only the cookie matters.
  return fetch(form.action, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "manual",
  });
}

export function switchTheme(root) {
  const form = root.querySelector("form[data-theme-form]");
  if (!form) return;
  const choose = (theme) => {
    show(theme, form);
    keep(theme, form).catch(() => {});
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "ansicht") return;
    event.preventDefault();
    choose(event.submitter.value);
  });
  for (const link of root.querySelectorAll("[data-theme-toggle]")) {
    link.setAttribute("role", "button");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(current() === "dark" ? "light" : "dark");
    });
    link.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      link.click();
    });
  }
}
