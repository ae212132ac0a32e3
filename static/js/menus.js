// A menu closes on Escape, when the focus leaves it and when somebody clicks beside it.

const MENU = "details[data-menu]";

export function closeMenus(root) {
  root.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(MENU);
    if (event.key !== "Escape" || !menu?.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  root.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.(MENU);
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  root.addEventListener("click", (event) => {
    for (const menu of root.querySelectorAll(`${MENU}[open]`)) {
      if (!menu.contains(event.target) || event.target.closest("a")) menu.open = false;
    }
  });
}
