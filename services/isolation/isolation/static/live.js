// Keeps an incident, or the list, as it is now: asks by ETag every few seconds and changes the page only when something changed.
const EVERY = 4000;
const ANYWAY = 8; // running clocks: shown anew at every eighth look

const region = () => document.getElementById("live");
let etag = region()?.dataset.etag || "";
let looks = 0;

/** Whether somebody is writing: what he typed must not vanish under his hands. */
function busy() {
  const inside = region();
  if (inside.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
  return [...inside.querySelectorAll("input:not([type=hidden]), textarea")].some((field) =>
    field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
}

async function show() {
  if (busy()) return false;
  const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = fresh.getElementById("live");
  if (!next || busy()) return false;
  const open = [...region().querySelectorAll("details")].map((one) => one.open);
  [...next.querySelectorAll("details")].forEach((one, place) => { if (open[place]) one.open = true; });
  region().replaceWith(document.adoptNode(next));
  const heading = fresh.querySelector("h1");
  if (heading) document.querySelector("h1").replaceWith(document.adoptNode(heading));
  return true;
}

async function look() {
  if (document.hidden) return;
  looks += 1;
  const answer = await fetch(region().dataset.live, {
    credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) },
  });
  const changed = answer.status === 200 && etag !== "";
  const tag = answer.headers.get("ETag");
  if (changed || looks % ANYWAY === 0) {
    if (!(await show())) return; // looked at again next time, with the tag that was shown
  }
  if (answer.ok && tag) etag = tag;
}

if (region() && !document.querySelector("[data-focus]")) {
  const again = () => look().catch(() => { /* the network is away: the next look tries again */ }).finally(() => setTimeout(again, EVERY));
  again();
}
