// A vote without losing one's place: the form is sent in the background, and its new state is taken
// from the page the server answers with. Whatever else happens, the browser does it the plain way.
import { resend } from "./resend.js";

function twinOf(form, page) {
  const path = form.getAttribute("action");
  return [...page.querySelectorAll("form[data-votes]")].find(
    (other) => other.getAttribute("action") === path,
  );
}

function exchange(form, twin, pressed) {
  const index = [...form.querySelectorAll("button")].indexOf(pressed);
  form.replaceWith(twin);
  twin.querySelectorAll("button")[index]?.focus();
}

/** What the answer has to say was said there for the first and last time: it comes along. */
function takeNotes(page) {
  document.querySelector("[data-notes]")?.remove();
  const notes = page.querySelector("[data-notes]");
  if (notes) document.querySelector("main").prepend(document.adoptNode(notes));
}

async function send(form, button) {
  const body = new FormData(form);
  body.set(button.name, button.value);
  const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const twin = response.ok && response.redirected ? twinOf(form, page) : null;
  if (twin) {
    exchange(form, document.adoptNode(twin), button);
    takeNotes(page);
  } else if (response.redirected) location.assign(response.url);
  else throw new Error(`vote answered ${response.status}`);
}

export function swapVotes(root) {
  root.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-votes]");
    const button = event.submitter;
    if (!form || !button) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    try {
      await send(form, button);
    } catch {
      resend(form, button);
    }
  });
}
