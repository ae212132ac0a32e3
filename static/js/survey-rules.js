// The rules of a survey in the browser: what is shown changes without a reload. The server decides
// again by the same rules; umfragen/expression says how values meet, and a test holds both together.

const LARGEST = 1e15;
const LONGEST = 2000;
const NUMERIC = /^[ \t\n\r\v\f]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t\n\r\v\f]*$/i;
const WORDED = { eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" };

const isText = (value) => typeof value === "string";
const bounded = (number) => (Math.abs(number) <= LARGEST ? number : NaN);
const cut = (text) => (text.length > LONGEST ? [...text].slice(0, LONGEST).join("") : text);

/** The number a value is or is written as, else null. */
function numberOf(value) {
  if (!isText(value)) return bounded(Number(value));
  const number = NUMERIC.test(value) ? Number(value) : NaN;
  return Math.abs(number) <= LARGEST ? number : null;
}

export function textOf(value) {
  if (isText(value)) return value;
  if (typeof value === "boolean") return value ? "1" : "";
  if (Number.isNaN(bounded(value))) return "";
  return Math.abs(value) < 1e-6 ? "0" : String(Number(value.toPrecision(14)));
}

const truth = (value) => (isText(value) ? value !== "" && value !== "0" : Boolean(value));
const isEmpty = (value) => (isText(value) ? !value : value === false || Number.isNaN(value));

function equal(left, right) {
  if (typeof left === "boolean" || typeof right === "boolean") return truth(left) === truth(right);
  const one = numberOf(left);
  const two = numberOf(right);
  return one !== null && two !== null ? one === two : textOf(left) === textOf(right);
}

const ORDER = {
  "<": (one, two) => one < two,
  "<=": (one, two) => one <= two,
  ">": (one, two) => one > two,
  ">=": (one, two) => one >= two,
};

function compare(sign, left, right, asText) {
  const one = numberOf(left);
  const two = numberOf(right);
  const numbers = one !== null && two !== null;
  const likeText = (value, number) => number === null || !truth(value);
  if (!numbers && !(likeText(left, one) && likeText(right, two))) return false;
  if (/^(<=|>)$/.test(sign) && ((one === 0 && right === "") || (left === "" && two === 0))) {
    return sign === "<=";
  }
  return numbers && !asText ? ORDER[sign](one, two) : ORDER[sign](textOf(left), textOf(right));
}

function calculate(sign, left, right, asText) {
  const one = numberOf(left);
  const two = numberOf(right);
  const numbers = one !== null && two !== null && !asText;
  if (sign === "+") return numbers ? bounded(one + two) : cut(textOf(left) + textOf(right));
  if (!numbers) return NaN;
  if (sign === "-") return bounded(one - two);
  return sign === "*" ? bounded(one * two) : two ? bounded(one / two) : NaN;
}

const number = (value) => numberOf(value) ?? NaN;
const numbers = (values) => values.map(number).filter((one) => !Number.isNaN(one));
const sum = (values) => bounded(numbers(values).reduce((total, one) => total + one, 0));
const given = (values) => values.filter((value) => !isEmpty(value));
const texts = (values) => values.map(textOf);
const extreme = (pick) => (...values) => (numbers(values).length ? pick(...numbers(values)) : "");
const position = (value) => Math.max(-1e4, Math.min(1e4, Math.trunc(number(value) || 0)));

function matching([sign, value, ...values]) {
  const how = WORDED[textOf(sign)] ?? textOf(sign);
  return given(values).filter((one) => {
    if (how === "==" || how === "!=") return equal(one, value) === (how === "==");
    return how in ORDER && compare(how, one, value);
  });
}

function round(value, places = 0) {
  const plain = number(value);
  const exponent = Math.max(-9, Math.min(9, Math.trunc(number(places))));
  if (Number.isNaN(plain + exponent)) return NaN;
  const shifted = Number(`${textOf(Math.abs(plain))}e${exponent}`);
  if (shifted >= LARGEST) return plain;
  const whole = Math.floor(shifted) + (shifted % 1 >= 0.5 ? 1 : 0);
  return bounded(Math.sign(plain) * Number(`${whole}e${-exponent}`));
}

function substr(value, from, length) {
  const signs = [...textOf(value)];
  let start = position(from);
  if (start < 0) start = Math.max(0, signs.length + start);
  const count = length === undefined ? signs.length : position(length);
  return signs.slice(start, Math.max(start, count < 0 ? signs.length + count : start + count)).join("");
}

const FUNCTIONS = {
  if: (test, yes, no = "") => (truth(test) ? yes : no),
  is_empty: isEmpty,
  is_numeric: (value) => typeof value !== "boolean" && !Number.isNaN(number(value)),
  is_int: (value) =>
    isText(value) ? /^-?[0-9]+$/.test(value) : typeof value === "number" && value % 1 === 0,
  intval: (value) => {
    const found = numberOf(value) ?? /^[ \t\n\r\v\f]*([+-]?[0-9]{1,15})/.exec(textOf(value))?.[1];
    return Math.trunc(Number(found ?? 0)) || 0;
  },
  count: (...values) => given(values).length,
  countif: (value, ...values) => values.filter((one) => equal(one, value)).length,
  countifop: (...values) => matching(values).length,
  sum: (...values) => sum(values),
  sumifop: (...values) => sum(matching(values)),
  min: extreme(Math.min),
  max: extreme(Math.max),
  abs: (value) => Math.abs(number(value)),
  floor: (value) => Math.floor(number(value)),
  ceil: (value) => Math.ceil(number(value)),
  round,
  sqrt: (value) => Math.sqrt(number(value)),
  list: (...values) => cut(texts(given(values)).join(", ")),
  implode: (glue, ...values) => cut(texts(values).join(textOf(glue))),
  join: (...values) => cut(texts(values).join("")),
  strlen: (value) => [...textOf(value)].length,
  substr,
  strpos: (value, part) => {
    const at = textOf(value).indexOf(textOf(part));
    return at < 0 ? false : [...textOf(value).slice(0, at)].length;
  },
  strtolower: (value) => cut(textOf(value).toLowerCase()),
  strtoupper: (value) => cut(textOf(value).toUpperCase()),
  trim: (value) => textOf(value).replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, ""),
  unique: (...values) => new Set(texts(given(values))).size === given(values).length,
};

/** Written in quotation marks, or put together with `+`: never taken for a number. */
const isWritten = (node, value) => isText(node) || (node[0] === "+" && node.length > 2 && isText(value));

/** `get(id, attribute)` gives the value of a variable. */
export function evaluate(node, get) {
  if (!Array.isArray(node)) return node;
  const [sign, ...parts] = node;
  if (sign === "$") return get(...parts);
  if (sign === "&&") return parts.every((part) => truth(evaluate(part, get)));
  if (sign === "||") return parts.some((part) => truth(evaluate(part, get)));
  if (sign === "rx") {
    const text = [...textOf(evaluate(parts[2], get))].slice(0, 1000).join("");
    return new RegExp(parts[0], parts[1]).test(text);
  }
  const values = parts.map((part) => evaluate(part, get));
  if (sign === ",") return values.at(-1);
  if (sign === "!") return !truth(values[0]);
  if (values.length === 1 && /^[+-]$/.test(sign)) {
    const plain = values[0] === "" ? 0 : number(values[0]);
    return sign === "-" ? -plain : plain;
  }
  if (FUNCTIONS[sign]) return FUNCTIONS[sign](...values);
  const [left, right] = values;
  if (sign === "==" || sign === "!=") return equal(left, right) === (sign === "==");
  const asText = isWritten(parts[0], left) || isWritten(parts[1], right);
  return sign in ORDER ? compare(sign, left, right, asText) : calculate(sign, left, right, asText);
}

// Fields of the page as values

const GROUPED = /^[+-]?\d{1,3}(\.\d{3})+$/;

/** As the server reads it: `1.234,5`. Empty for what is no number. */
function parseNumber(typed, decimals) {
  let text = typed.trim().replace(/[ \u00a0\u202f'\u2019]/g, "").replaceAll("\u2212", "-");
  if (text.includes(",") || (!decimals && GROUPED.test(text))) {
    const [whole, ...rest] = text.split(",");
    text = [GROUPED.test(whole) ? whole.replaceAll(".", "") : whole, ...rest].join(rest.length ? "." : "");
  }
  const found = /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) && text.length <= 40 ? Number(text) : NaN;
  return Math.abs(found) <= 1e12 && Number(found.toFixed(decimals)) === found ? found : "";
}

/** What of a choice an expression asks for: its name, words or points. */
const named = (choice, attribute) =>
  choice ? (attribute === "shown" ? choice[1] : attribute === "value" ? choice[2] ?? choice[0] : choice[0]) : "";

function ranked(read, field, choices) {
  const order = read(field);
  if (order.length) return new Set(order).size === order.length ? order : [];
  const ranks = Object.keys(choices).map((code) => [Number(read(`${field}_${code}`)[0] || NaN), code]);
  const filled = ranks.filter(([rank]) => rank >= 1).sort(([one], [two]) => one - two);
  return new Set(filled.map(([rank]) => rank)).size === filled.length ? filled.map(([, code]) => code) : [];
}

/** `rules` from the server, `raw(name)` the values of the fields of that name.
 *  Answers what is hidden, and `get` for texts that show answers. */
export function applyRules(rules, raw) {
  const hidden = new Set(rules.hidden);
  const results = {};
  const read = (name) => raw(name).map((value) => value.trim()).filter(Boolean);
  const isOpen = (gate) => {
    const [field, code] = gate.split("=");
    return code ? read(field).includes(code) && !hidden.has(`${field.slice(1)}.${code}`) : !hidden.has(gate);
  };
  const readers = {
    c: ([, field, [question], choices], attribute) => {
      const code = read(field)[0];
      return hidden.has(`${question}.${code}`) ? "" : named(choices[code], attribute);
    },
    t: ([, field, [question], part, choices], attribute) => {
      const ticked = read(field).includes(String(part)) && !hidden.has(`${question}.${part}`);
      return ticked ? named(choices[part], attribute) : "";
    },
    r: ([, field, [question], part, choices], attribute) => {
      const order = ranked(read, field, choices).filter((code) => !hidden.has(`${question}.${code}`));
      return named(choices[order[part - 1]], attribute);
    },
    n: ([, field, , decimals = 0]) => (read(field).length ? parseNumber(read(field)[0], decimals) : ""),
    s: ([, field, , long]) => {
      const text = (read(field)[0] ?? "").normalize("NFC");
      return long ? text : text.replace(/\s+/g, " ");
    },
    z: ([, field]) => new Set(read(field)).size || "",
    p: ([, field]) =>
      (read(field)[0] ?? "").replace(/^(-?[\d.]+), *(-?[\d.]+)\s*$/gm, "$1;$2").replace(/\s+/g, " "),
    v: (spec) => results[spec[2][0]] ?? "",
  };
  const get = (id, attribute = "") => {
    const name = attribute ? `${id}.${attribute}` : id;
    if (name in rules.fixed) return rules.fixed[name];
    const spec = rules.vars[id];
    if (!spec) return "";
    if (attribute === "relevanceStatus") return hidden.has(spec[2][0]) ? 0 : 1;
    return spec[2].every(isOpen) ? readers[spec[0]](spec, attribute) : "";
  };
  for (const [what, spot, node] of rules.steps) {
    if (what === "result") {
      const result = hidden.has(spot) ? "" : evaluate(node, get);
      results[spot] = isEmpty(result) ? "" : result === true ? 1 : result;
    } else if (!truth(evaluate(node, get))) hidden.add(spot);
  }
  return { hidden: [...hidden], get };
}

function update(form, rules) {
  const fields = new FormData(form);
  const { hidden, get } = applyRules(rules, (name) => fields.getAll(name).filter(isText));
  for (const part of form.querySelectorAll("[data-item]")) {
    part.hidden = hidden.includes(part.dataset.item);
    if (part.tagName === "OPTION") part.disabled = part.hidden;
  }
  for (const place of form.querySelectorAll("[data-pipe]")) {
    const value = evaluate(JSON.parse(place.dataset.pipe), get);
    const text = textOf(value);
    place.textContent = rules.comma && typeof value === "number" ? text.replace(".", ",") : text;
  }
  const shown = [...form.querySelectorAll('[data-item]:not([hidden], [data-item*="."])')];
  if (form.elements.seen) form.elements.seen.value = shown.map((part) => part.dataset.item).join(",");
}

/** Every form with rules in a `script[data-rules]` inside of it. */
export function followRules(root) {
  for (const script of root.querySelectorAll("form script[data-rules]")) {
    const form = script.closest("form");
    const rules = JSON.parse(script.textContent);
    form.addEventListener("input", () => update(form, rules));
    update(form, rules);
  }
}
