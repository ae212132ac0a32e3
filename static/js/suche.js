// The search box offers titles while somebody types. The list is the browser's own (datalist): it
// is read out, works with the keyboard and on phones, and without this file the box still searches.
const PAUSE = 200; // milliseconds without a key before the server is asked
const SHORTEST = 3;

function offerTitles(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-vorschlaege`;
  field.after(list);
  field.setAttribute("list", list.id);
  field.setAttribute("autocomplete", "off");

  let timer = 0;
  let asking = new AbortController();
  const show = (titles) => {
    list.replaceChildren(...titles.map((title) => new Option(title, title)));
  };
  const ask = async (text) => {
    asking.abort();
    asking = new AbortController();
    const address = `/suche/vorschlaege?q=${encodeURIComponent(text)}`;
    try {
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.ok) show((await answer.json()).titles);
    } catch {
      // Nothing is lost: the box still searches.
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    const text = field.value.trim();
    if (text.length < SHORTEST) show([]);
    else timer = setTimeout(() => ask(text), PAUSE);
  });
}

for (const field of document.querySelectorAll('.df-find input[type="search"]')) offerTitles(field);
