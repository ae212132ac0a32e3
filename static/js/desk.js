// The desk without page loads: links and forms inside `[data-desk]` are fetched, and the main part of
// the server's answer takes the place of the one that is shown. No state lives here; whatever goes
// wrong, the browser does it the plain way.
import { currentRow } from "./keys.js";
import { resend } from "./resend.js";

const PLACE = "[data-desk]";

function mainOf(page) {
  return page.querySelector("main");
}

function isPlainClick(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

/** The page of an address, whatever place on it the address points to. */
const withoutPlace = ({ pathname, search }) => pathname + search;

/** The address of a form that only asks, without its empty fields. */
function addressOf(form, button) {
  const address = new URL(form.action, location.href);
  const asked = new FormData(form);
  if (button?.name) asked.set(button.name, button.value);
  address.search = new URLSearchParams([...asked].filter(([, value]) => value !== "")).toString();
  return address.href;
}

/** Spoken once, outside of what is swapped. */
function announce(texts) {
  let voice = document.querySelector("[data-voice]");
  if (!voice) {
    voice = document.createElement("div");
    voice.className = "kern-sr-only";
    voice.dataset.voice = "";
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = "";
  requestAnimationFrame(() => (voice.textContent = texts.join(" ")));
}

const said = (main) =>
  [...main.querySelectorAll("[data-notes], [data-said]")].map((one) => one.textContent.trim());

/** Where the reader was, to be there again. */
function remember(main) {
  const rows = [...main.querySelectorAll("[data-row]")];
  const kept = [...main.querySelectorAll("[data-keep-scroll]")];
  return {
    row: rows.indexOf(currentRow()),
    scrolled: new Map(kept.map((one) => [one.id, one.scrollTop])),
    said: said(main),
  };
}

function returnTo(main, before) {
  for (const [id, top] of before.scrolled) {
    const twin = main.querySelector(`#${CSS.escape(id)}`);
    if (twin) twin.scrollTop = top;
  }
  main.querySelector("[data-keep-scroll] [aria-current]")?.scrollIntoView({ block: "nearest" });
  const rows = main.querySelectorAll("[data-row]");
  const row = before.row < 0 ? null : rows[Math.min(before.row, rows.length - 1)];
  const target = main.querySelector("[data-errors]") ?? main.querySelector("[data-focus]");
  const to = target ?? row ?? main.querySelector("h1");
  if (!to) return;
  if (to.matches("h1")) to.tabIndex = -1;
  to.focus({ preventScroll: true });
  const edge = to.getBoundingClientRect();
  const isOut = edge.top < 0 || edge.bottom > window.innerHeight;
  if (isOut) to.scrollIntoView({ block: to === row ? "nearest" : "start" });
}

class Desk {
  constructor(main, refresh) {
    this.main = main;
    this.refresh = refresh;
    this.newest = 0;
    this.shown = withoutPlace(location);
  }

  /** Fetches and shows; true when that was possible. `how` goes to fetch. */
  async show(address, how = {}, { push = true, top = null } = {}) {
    const number = ++this.newest;
    this.main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { credentials: "same-origin", ...how });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (number !== this.newest) return true;
      const fresh = mainOf(page);
      const isAsked = how.method !== "POST" || answer.redirected;
      const fits = fresh && (fresh.querySelector(PLACE) || !answer.ok);
      if (!fits && isAsked) location.assign(answer.url);
      if (!fits) return isAsked;
      if (push && isAsked) this.remember(answer.url);
      this.swap(page, fresh, top);
      return true;
    } finally {
      if (number === this.newest) this.main.removeAttribute("aria-busy");
    }
  }

  remember(address) {
    history.replaceState({ top: window.scrollY }, "");
    if (address === location.href) return;
    history.pushState({}, "", address);
  }

  swap(page, fresh, top) {
    const before = remember(this.main);
    this.shown = withoutPlace(location);
    document.title = page.title;
    const [crumbs, newer] = [document, page].map((one) => one.querySelector(".df-crumbs"));
    if (crumbs && newer) crumbs.replaceWith(newer);
    this.main.replaceChildren(...fresh.childNodes);
    this.refresh(this.main);
    returnTo(this.main, before);
    if (top !== null) window.scrollTo(0, top);
    const news = said(this.main).filter((text) => text && !before.said.includes(text));
    if (news.length) announce(news);
  }
}

export function swapDesk(root, refresh) {
  const main = mainOf(root);
  if (!main?.querySelector(PLACE)) return;
  const desk = new Desk(main, refresh);

  main.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link?.closest(PLACE) || !isPlainClick(event) || event.defaultPrevented) return;
    const isOwn = link.pathname.startsWith("/moderation/") && link.origin === location.origin;
    if (!isOwn || link.target || link.hasAttribute("download") || link.dataset.share) return;
    event.preventDefault();
    await desk.show(link.href).catch(() => location.assign(link.href));
  });

  main.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (!form.closest(PLACE) || form.method === "dialog" || event.defaultPrevented) return;
    event.preventDefault();
    if (main.hasAttribute("aria-busy") && form.method === "post") return; // one at a time
    if (form.method === "get") {
      const address = addressOf(form, submitter);
      await desk.show(address).catch(() => location.assign(address));
      return;
    }
    const body = new FormData(form);
    if (submitter?.name) body.append(submitter.name, submitter.value);
    const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const isDone = await desk.show(address, { method: "POST", body }).catch(() => false);
    if (!isDone) resend(form, submitter);
  });

  window.addEventListener("popstate", (event) => {
    const isJump = withoutPlace(location) === desk.shown && !event.state;
    if (isJump) return; // within the page, such as by the skip link
    const top = event.state?.top ?? null;
    desk.show(location.href, {}, { push: false, top }).catch(() => location.reload());
  });
}
