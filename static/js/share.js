// Share: the device's own menu where there is one, else the address goes to the clipboard.
import { word } from "./words.js";

const SHOWN_MS = 6000;

function confirmBeside(link, text) {
  const note = document.createElement("span");
  note.className = "df-copied";
  note.setAttribute("role", "status");
  link.after(note);
  // A status that is already filled when it appears is not announced.
  requestAnimationFrame(() => {
    note.textContent = text;
  });
  setTimeout(() => note.remove(), SHOWN_MS);
}

async function share(link) {
  const address = new URL(link.getAttribute("href"), location.href).href;
  if (navigator.share) {
    try {
      await navigator.share({ title: link.dataset.share || document.title, url: address });
      return;
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  try {
    await navigator.clipboard.writeText(address);
    confirmBeside(link, word("copied"));
  } catch {
    location.assign(address);
  }
}

export function shareLinks(root) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-share]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    share(link);
  });
}
