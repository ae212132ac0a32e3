// Marking several cases: all of the page at once, a whole stretch with Shift, and how many they are.

function count(form) {
  const marked = form.querySelectorAll("[data-mark]:checked").length;
  for (const place of form.querySelectorAll("[data-marked]")) {
    place.textContent = place.dataset.words.replace("{n}", String(marked));
    place.hidden = !marked;
  }
  for (const one of form.querySelectorAll("[data-for-marks]")) one.hidden = !marked;
  const all = form.querySelector("[data-mark-all]");
  if (!all) return;
  const boxes = form.querySelectorAll("[data-mark]").length;
  all.checked = marked > 0 && marked === boxes;
  all.indeterminate = marked > 0 && marked < boxes;
}

function stretch(boxes, from, to) {
  const places = [boxes.indexOf(from), boxes.indexOf(to)].sort((one, other) => one - other);
  if (places[0] < 0) return;
  for (const box of boxes.slice(places[0], places[1] + 1)) box.checked = to.checked;
}

export function countMarks(root) {
  for (const form of root.querySelectorAll("form[data-marks]")) {
    let last = null;
    const all = form.querySelector("[data-mark-all]");
    all?.closest("[hidden]")?.removeAttribute("hidden");
    form.addEventListener("click", (event) => {
      const boxes = [...form.querySelectorAll("[data-mark]")];
      if (event.target === all) for (const box of boxes) box.checked = all.checked;
      if (boxes.includes(event.target)) {
        if (event.shiftKey && last) stretch(boxes, last, event.target);
        last = event.target;
      }
      count(form);
    });
    count(form);
  }
}
