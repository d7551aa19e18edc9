// Buttons that copy a text: `data-copy="text"` or `data-copy-from="id of an element"`.

/** Copies a text; resolves to whether it worked (plain http has no clipboard, so it falls back to a selection). */
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* the old way is tried next */ }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** Watches the copy buttons of a page. */
export function watchCopy(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
    const text = source ? (source.value ?? source.innerText) : button.dataset.copy;
    if (!(await copyText(text))) return;
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    if (before === button.dataset.copied) return;
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}
