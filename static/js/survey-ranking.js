// Ranking by buttons: tap what matters most, then the next; arrows change the order. The fields for
// the places stay in the form, only out of sight, so what is sent is the same without a script.

const ARROWS = { up: "M12 19V5M6 11l6-6 6 6", down: "M12 5v14M6 13l6 6 6-6", drop: "M6 6l12 12M18 6 6 18" };

function drawing(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "df-i");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ARROWS[name]);
  svg.append(path);
  return svg;
}

function makeButton(kind, words, name, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `df-rank__btn df-rank__btn--${kind}`;
  button.setAttribute("aria-label", `${words}: ${name}`);
  button.title = words;
  button.append(kind === "take" ? words : drawing(kind));
  button.addEventListener("click", press);
  return button;
}

class Ranking {
  constructor(list) {
    this.list = list;
    this.places = Number(list.dataset.rank);
    this.status = list.parentElement.querySelector("[data-ranked]");
    this.items = [...list.querySelectorAll(".df-rank__item")];
    this.first = [...this.items];
    const hint = list.closest("fieldset").querySelector(".df-q__hint");
    if (hint) hint.firstChild.textContent = list.dataset.hint;
    for (const item of this.items) this.prepare(item);
    list.classList.add("is-live");
    this.order = this.read();
    this.draw();
    // Options come and go with other answers.
    list.closest("form").addEventListener("input", (event) => {
      if (!list.contains(event.target)) this.draw();
    });
  }

  prepare(item) {
    const name = item.querySelector("label").textContent.trim();
    const press = (act, kind) => () => this.press(item, name, act, kind);
    const { take, up, down, drop } = this.list.dataset;
    const number = document.createElement("span");
    number.className = "df-rank__no";
    number.setAttribute("aria-hidden", "true");
    item.prepend(number);
    item.querySelector("select").hidden = true;
    item.append(
      makeButton("take", take, name, press((at) => this.order.push(at), "take")),
      makeButton("up", up, name, press((at) => this.move(at, -1), "up")),
      makeButton("down", down, name, press((at) => this.move(at, 1), "down")),
      makeButton("drop", drop, name, press((at) => this.order.splice(this.order.indexOf(at), 1), "drop")),
    );
  }

  read() {
    const place = (item) => Number(item.querySelector("select").value);
    return this.items.filter(place).sort((one, two) => place(one) - place(two));
  }

  move(item, step) {
    const at = this.order.indexOf(item);
    this.order.splice(at, 1);
    this.order.splice(at + step, 0, item);
  }

  press(item, name, act, kind) {
    act(item);
    this.draw();
    const place = this.order.indexOf(item) + 1;
    const words = place ? this.list.dataset.place : this.list.dataset.out;
    this.status.textContent = words.replace("{name}", name).replace("{n}", place);
    this.focus(item, kind);
    this.list.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** On the same button, or the nearest that is left: after the last "take" on the next option. */
  focus(item, kind) {
    const usable = (owner) => [...owner.querySelectorAll("button:not([hidden], :disabled)")];
    const same = usable(item).find((button) => button.className.endsWith(kind));
    const next = this.items.find((other) => !this.order.includes(other) && usable(other).length);
    (same ?? (kind === "take" && next ? usable(next)[0] : usable(item)[0]))?.focus();
  }

  draw() {
    const rest = this.first.filter((item) => !this.order.includes(item));
    const isFull = this.order.filter((item) => !item.hidden).length >= this.places;
    this.list.append(...this.order, ...rest);
    for (const item of this.items) {
      const at = this.order.indexOf(item);
      const [take, up, down, drop] = item.querySelectorAll("button");
      item.classList.toggle("is-ranked", at >= 0);
      item.querySelector(".df-rank__no").textContent = at < 0 ? "" : at + 1;
      item.querySelector("select").value = at < 0 ? "" : String(at + 1);
      take.hidden = at >= 0;
      take.disabled = isFull;
      for (const button of [up, down, drop]) button.hidden = at < 0;
      up.disabled = at === 0;
      down.disabled = at === this.order.length - 1;
    }
  }
}

export function rankByButtons(root) {
  for (const list of root.querySelectorAll("[data-rank]")) new Ranking(list);
}
