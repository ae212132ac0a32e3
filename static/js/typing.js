// How long somebody typed: `data-typed="id of the text"` on a hidden field. It is one of several
// hints for moderators and decides nothing. A text that was there before the first key, from a
// draft or a form shown again, says nothing about speed, so then the field stays empty.
export function timeTyping(root) {
  for (const hidden of root.querySelectorAll("input[data-typed]")) {
    const field = document.getElementById(hidden.dataset.typed);
    if (!field || field.value) continue;
    let began = 0;
    field.addEventListener("input", (event) => {
      if (event.isTrusted) began ||= event.timeStamp;
    });
    hidden.form?.addEventListener("submit", (event) => {
      if (began) hidden.value = Math.max(1, Math.round(event.timeStamp - began));
    });
  }
}
