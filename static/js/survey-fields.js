// Small helps at single fields of a survey.

function announce(element) {
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A chosen radio button cannot be taken back by itself. */
export function clearChoices(root) {
  for (const button of root.querySelectorAll("[data-clear]")) {
    const inputs = [...document.getElementsByName(button.dataset.clear)];
    const show = () => {
      button.hidden = !inputs.some((input) => input.checked);
    };
    button.addEventListener("click", () => {
      for (const input of inputs) input.checked = false;
      announce(button);
      show();
      inputs[0]?.focus();
    });
    for (const input of inputs) input.addEventListener("input", show);
    show();
  }
}

/** How many are picked of how many, and what stands alone. */
export function countPicks(root) {
  for (const list of root.querySelectorAll("[data-picks]")) {
    const boxes = [...list.querySelectorAll("input[type=checkbox]")];
    const note = list.parentElement.querySelector("[data-picked]");
    const most = Number(list.dataset.picks);
    const count = () => {
      const picked = boxes.filter((box) => box.checked).length;
      if (!note) return;
      note.textContent = picked
        ? list.dataset.words.replace("{n}", picked).replace("{most}", most)
        : "";
      note.classList.toggle("is-over", picked > most);
    };
    list.addEventListener("input", ({ target }) => {
      if (target.checked) leaveAlone(boxes, target);
      count();
    });
    count();
  }
}

function leaveAlone(boxes, chosen) {
  const isAlone = (box) => "alone" in box.dataset;
  for (const box of boxes) {
    if (box !== chosen && (isAlone(chosen) || isAlone(box))) box.checked = false;
  }
}

/** A line that belongs to one option is there while that is chosen, or while it holds words. */
export function followExtras(root) {
  for (const extra of root.querySelectorAll("[data-extra-for]")) {
    const option = document.getElementById(extra.dataset.extraFor);
    const select = option ? null : extra.parentElement.querySelector("select");
    const code = extra.dataset.extraFor.split("-").at(-1);
    if (!option && !select) continue;
    const field = extra.querySelector("input, textarea");
    const show = () => {
      const isChosen = option ? option.checked : select.value === code;
      extra.hidden = !isChosen && !field.value.trim() && !extra.querySelector(".kern-error");
    };
    extra.closest("form").addEventListener("input", show);
    show();
  }
}

function parse(text) {
  const plain = text.trim().replace(/\s/g, "");
  return plain ? Number(plain.includes(",") ? plain.replaceAll(".", "").replace(",", ".") : plain) : NaN;
}

function german(number) {
  return String(Number(number.toFixed(6))).replace(".", ",");
}

/** The field keeps the answer; the slider moves it, and looks empty until somebody does. */
export function moveSliders(root) {
  for (const owner of root.querySelectorAll("[data-slide]")) {
    const range = owner.querySelector("[data-range]");
    const field = owner.querySelector("input[name]");
    const clear = owner.querySelector("[data-slide-clear]");
    const show = () => {
      const isEmpty = Number.isNaN(parse(field.value));
      owner.classList.toggle("is-empty", isEmpty);
      clear.hidden = isEmpty || field.getAttribute("aria-required") === "true";
      if (!isEmpty) range.value = String(parse(field.value));
    };
    range.parentElement.hidden = false;
    range.addEventListener("input", () => {
      field.value = german(Number(range.value));
      announce(field);
    });
    // A touch that does not move the thumb is an answer too.
    range.addEventListener("click", () => announce(range));
    field.addEventListener("input", show);
    clear.addEventListener("click", () => {
      field.value = "";
      announce(field);
      field.focus();
    });
    show();
  }
}

/** What has been shared out so far, and what is left. */
export function sumUp(root) {
  for (const list of root.querySelectorAll("[data-sum]")) {
    const note = list.querySelector("[data-total]");
    const total = Number(list.dataset.sum);
    const count = () => {
      const typed = [...list.querySelectorAll(":not([hidden]) > .df-unit > input")];
      const numbers = typed.map((input) => parse(input.value)).filter((one) => !Number.isNaN(one));
      note.hidden = !numbers.length;
      note.textContent = sentence(note, numbers.reduce((sum, one) => sum + one, 0), total);
      note.classList.toggle("is-over", note.dataset.state === "over");
    };
    list.addEventListener("input", count);
    count();
  }
}

function sentence(note, sum, total) {
  const { words, short, over, fits, unit } = note.dataset;
  const rule = note.closest("[data-sum]").dataset.rule;
  const rest = Number((total - sum).toFixed(6));
  const withUnit = (number) => [german(number), unit].filter(Boolean).join(" ");
  const begin = words.replace("{sum}", withUnit(sum)).replace("{total}", withUnit(total));
  note.dataset.state = rest < 0 && rule !== "at_least" ? "over" : "ok";
  if (note.dataset.state === "over") return `${begin}: ${over.replace("{rest}", withUnit(-rest))}`;
  if (rest <= 0) return `${begin}: ${fits}`;
  return rule === "at_most" ? begin : `${begin}: ${short.replace("{rest}", withUnit(rest))}`;
}
