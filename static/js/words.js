// Words for scripts come from the page, so that they are translated where all words are.

/** The sentence `data-word-<name>` of the body, with {n} filled in. */
export function word(name, n = "") {
  const key = `word${name[0].toUpperCase()}${name.slice(1)}`;
  return (document.body.dataset[key] ?? "").replace("{n}", String(n));
}
