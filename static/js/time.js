// Cached pages carry dates; here they become "vor 3 Stunden", and stay right while the page is open.
const STEPS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const OLDEST_IN_DAYS = 7;
const REFRESH_MS = 60_000;

/** Words for a past instant, or null when a date says it better. Times in milliseconds. */
export function inWords(then, now, language) {
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds > OLDEST_IN_DAYS * 86400) return null;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (seconds >= size) return format.format(-Math.floor(seconds / size), unit);
  }
  return format.format(0, "second");
}

export function tellTime(root) {
  const language = document.documentElement.lang || "de";
  const elements = [...root.querySelectorAll("time[data-relative]")];
  if (!elements.length) return;
  const dates = new Map(elements.map((element) => [element, element.textContent]));
  const update = () => {
    for (const [element, date] of dates) {
      const then = Date.parse(element.dateTime);
      const isPast = then <= Date.now();
      element.textContent = (isPast && inWords(then, Date.now(), language)) || date;
    }
  };
  update();
  setInterval(update, REFRESH_MS);
}
