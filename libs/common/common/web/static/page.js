// What every page does by itself: the menu on phones, drop-downs, printing, and the small modules where they are asked for.
import { watchConfirm } from "./confirm.js";
import { watchCopy } from "./copy.js";
import { watchUploads } from "./upload.js";

const menu = document.querySelector(".sz-menu-button");
if (menu) {
  const nav = document.getElementById("sz-nav");
  menu.addEventListener("click", () => {
    const open = nav.classList.toggle("sz-open");
    menu.setAttribute("aria-expanded", String(open));
  });
}

const drops = document.querySelectorAll("details.sz-drop");
document.addEventListener("click", (event) => {
  for (const drop of drops) if (!drop.contains(event.target)) drop.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of drops) {
    if (!drop.open) continue;
    drop.open = false;
    drop.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.dataset.autoSubmit === undefined) return;
  if (event.target.matches("select, input[type=date], input[type=radio], input[type=checkbox]")) form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
document.querySelector("[data-focus]")?.focus();

watchConfirm(document); // first: what it holds back the others must not send
watchCopy(document);
watchUploads(document);
