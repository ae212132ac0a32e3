// The bar that takes a decision back counts its seconds down and goes with the last one.

let timer = 0;

export function countUndo(root) {
  const bar = root.querySelector("[data-undo]");
  clearInterval(timer);
  if (!bar) return;
  const words = bar.querySelector("[data-undo-left]");
  const ends = Date.now() + Number(bar.dataset.undo) * 1000;
  const tick = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left > 0) words.textContent = words.dataset.words.replace("{n}", String(left));
    else if (!bar.contains(document.activeElement)) {
      // Nobody loses what they are about to press.
      clearInterval(timer);
      bar.remove();
    }
  };
  tick();
  timer = setInterval(tick, 1000);
}
