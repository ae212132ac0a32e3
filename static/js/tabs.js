// On a phone a row of tabs is wider than the screen: the current one is scrolled into sight.
export function showCurrentTabs() {
  for (const tab of document.querySelectorAll(".df-tabs [aria-current], .df-toc--row [aria-current]")) {
    const row = tab.closest(".df-tabs, ol");
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
}
