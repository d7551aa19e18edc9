// Forms marked `data-upload` are sent with their progress shown. Where the answer leads elsewhere the browser goes there;
// an answer in place (errors in the form) takes the place of this page's main part.

const FOLLOW = "X-Sizao-Follow";

/** Watches the upload forms of a page. */
export function watchUploads(root) {
  root.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-upload]") && !event.defaultPrevented) send(event);
  });
}

function send(event) {
  event.preventDefault();
  const form = event.target;
  const box = form.querySelector(".sz-progress");
  const bar = box.querySelector("progress");
  const words = box.querySelector("span");
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.setRequestHeader(FOLLOW, "self");
  request.upload.addEventListener("progress", (step) => {
    if (!step.lengthComputable) return;
    const percent = Math.round((step.loaded / step.total) * 100);
    bar.value = percent;
    words.textContent = percent < 100 ? `${form.dataset.sending} ${percent}%` : form.dataset.working;
    if (percent === 100) bar.removeAttribute("value");
  });
  request.addEventListener("error", () => {
    box.classList.add("sz-failed");
    bar.hidden = true;
    words.textContent = form.dataset.failed;
    button.disabled = false;
  });
  request.addEventListener("load", () => {
    const onward = request.getResponseHeader(FOLLOW);
    if (onward) window.location.assign(onward);
    else show(request.responseText);
  });
  box.hidden = false;
  bar.hidden = false;
  words.textContent = form.dataset.sending;
  button.disabled = true;
  request.send(new FormData(form));
}

function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.querySelector("main");
  document.title = page.title || document.title;
  document.querySelector("main").replaceWith(document.adoptNode(main || page.body));
  window.scrollTo(0, 0);
  document.querySelector("main [data-focus], main [role=alert], main")?.focus();
}
