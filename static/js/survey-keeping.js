// What stands in the fields of a page stays on this device until the page was sent, and the device
// knows how to go on with the survey. `data-keep` of the form names the survey, `data-keep-page`
// the page, `data-keep-at` the address to go on at.
import { read, remove, write } from "./store.js";
import { word } from "./words.js";

const PAUSE_MS = 400;
const KEPT_MS = 30 * 86_400_000;
const OURS = new Set(["csrf_token", "seen", "weg", "trotzdem", "website"]);

function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OURS.has(name));
}

const same = (one, two) => JSON.stringify(one) === JSON.stringify(two);

function fill(form, fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const element of form.elements) {
    if (!element.name || OURS.has(element.name) || element.type === "file") continue;
    const given = values.get(element.name) ?? [];
    if (element.type === "radio" || element.type === "checkbox") {
      element.checked = given.includes(element.value);
    } else if (element.type !== "hidden") {
      element.value = given[0] ?? "";
    }
  }
}

/** Kept under the state the server had shown: once that has moved on, what is kept here is old. */
export function keepAnswers(root) {
  for (const form of root.querySelectorAll("form[data-keep]")) {
    const { keep, keepPage, keepAt } = form.dataset;
    const note = form.querySelector("[data-kept]") ?? root.querySelector("[data-kept]");
    const base = fieldsOf(form);
    const all = read(keep) ?? {};
    const pages = all.pages ?? {};
    const kept = pages[keepPage];
    const say = () => {
      if (note) note.textContent = word("saved");
    };
    if (kept && same(kept.base, base) && Date.now() - kept.at < KEPT_MS && !root.querySelector("[data-errors]")) {
      fill(form, kept.fields);
      say();
    }
    const store = (fields) => {
      const now = Date.now();
      if (fields) pages[keepPage] = { base, fields, at: now };
      else delete pages[keepPage];
      return write(keep, { where: keepAt, at: now, pages });
    };
    if (!kept || !same(kept.base, base)) store(null);
    let timer = 0;
    const save = () => {
      clearTimeout(timer);
      const fields = fieldsOf(form);
      if (store(same(fields, base) ? null : fields)) say();
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE_MS);
    });
    // Leaving within the pause would lose the last words; sending keeps them until they arrived.
    window.addEventListener("pagehide", () => {
      if (!same(fieldsOf(form), base)) save();
    });
  }
}

/** On the start page the way on, and on the last page nothing stays behind. */
export function offerToGoOn(root) {
  for (const done of root.querySelectorAll("[data-keep-done]")) remove(done.dataset.keepDone);
  for (const place of root.querySelectorAll("[data-keep-offer]")) {
    const kept = read(place.dataset.keepOffer);
    // Only ways of this survey: what lies on a device is not to be trusted.
    const isOurs = kept?.where?.startsWith(place.dataset.keepBelow) && !kept.where.includes("//");
    if (!isOurs || Date.now() - kept.at > KEPT_MS) continue;
    place.hidden = false;
    place.querySelector("a").href = kept.where;
    place.querySelector("button")?.addEventListener("click", () => {
      remove(place.dataset.keepOffer);
      place.hidden = true;
    });
  }
}
