// A menu closes on Escape, when the focus leaves it and when somebody clicks beside it.

export function closeMenus(root) {
  for (const menu of root.querySelectorAll("details[data-menu]")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("click", (event) => {
      if (event.target.closest("a")) menu.open = false;
    });
    root.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }
}
