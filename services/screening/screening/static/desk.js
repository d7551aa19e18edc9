// The entrance desk: find somebody, type the reading, Enter; the decision fills the screen; Enter again for the next.
import { newKey, post } from "../shared/api.js";
import { Finder } from "./found.js";
import { Last } from "./last.js";
import { send } from "./queue.js";
import { Verdict } from "./verdict.js";

const desk = document.getElementById("desk");
const state = JSON.parse(desk.dataset.state);
const { words } = state;
const form = document.getElementById("desk-check");
const who = document.getElementById("desk-who");
const maskButton = document.getElementById("desk-mask");
const error = document.getElementById("desk-error");
const parts = ["visitor", "purpose", "again"].map((name) => document.getElementById(`desk-${name}`));
const field = (name) => form.elements[name];

let subject = null; // whom the form is about: {person, name, retestOf}
let key = null; // of the check being sent; kept until it is answered, so that a repeat stores nothing twice
let sending = false;
let pending = null; // what was sent and not answered: it is sent again as it was

const finder = new Finder(state, (person, text) => (person ? begin(person) : beginVisitor(text)));
const verdict = new Verdict(state, {
  next: () => reset(),
  giveMask: (check) => giveMask(check),
  retest: (check) => beginRetest(check),
  void: (check) => voidCheck(check),
});
const last = new Last(state, { retest: beginRetest, void: voidCheck, leave });

function open(name, person, { visitor = false, purpose = false, retestOf = null } = {}) {
  subject = { person, name, retestOf };
  key = newKey();
  form.reset();
  setMask(true);
  say("");
  finder.form.hidden = true;
  form.hidden = false;
  who.textContent = name;
  [visitor, purpose, Boolean(retestOf)].forEach((shown, place) => { parts[place].hidden = !shown; });
}

function begin(person) {
  const staff = person.kind !== "visitor";
  open([person.masked_name, person.staff_number, person.section].filter(Boolean).join(" · "), { kind: staff ? "staff" : "visitor", id: person.id }, { purpose: !staff });
  (staff ? field("reading") : field("purpose")).focus();
}

function beginVisitor(text) {
  open(words.visitor, { kind: "visitor" }, { visitor: true, purpose: true });
  const plain = text.replace(/[\s-]/g, "");
  if (/^1[3-9]\d{9}$/.test(plain)) field("phone").value = text;
  else if (/\d{4}/.test(plain)) field("document_number").value = text;
  else field("name").value = text;
  (field("name").value ? field("document_number") : field("name")).focus();
}

function beginUnnamed() {
  open(words.unnamed, { kind: "unnamed" });
  field("reading").focus();
}

function beginRetest(check) {
  open(words.again.replace("{name}", check.name), null, { retestOf: check.id });
  field("thermometer").focus();
}

function reset() {
  hang(null);
  subject = null;
  key = null;
  form.hidden = true;
  finder.clear();
}

function say(text) {
  error.textContent = text;
  error.hidden = !text;
}

function setMask(on) {
  maskButton.setAttribute("aria-pressed", String(on));
  maskButton.textContent = on ? words.maskOn : words.maskOff;
}

const masked = () => maskButton.getAttribute("aria-pressed") === "true";

function body(more) {
  const value = (name) => field(name).value.trim() || null;
  const symptoms = [...form.querySelectorAll('input[name="answer"]:checked')].map((box) => box.value);
  const made = {
    site: state.site, entrance: state.entrance, reading: value("reading"), mask: masked(), refused_measurement: false,
    purpose: value("purpose"), answers: Object.fromEntries(symptoms.map((code) => [code, true])), ...more,
  };
  if (subject.retestOf) return { ...made, retest_of: subject.retestOf, thermometer: value("thermometer") };
  const person = { ...subject.person };
  if (!parts[0].hidden) {
    for (const name of ["name", "document_number", "document_type", "phone", "company"]) if (value(name)) person[name] = value(name);
    if (!person.document_number) delete person.document_type;
  }
  return { ...made, person };
}

function hang(check) {
  pending = check;
  for (const one of form.querySelectorAll("input, select")) one.disabled = check !== null;
  maskButton.disabled = check !== null;
  if (check) form.querySelector(".desk-send").focus();
}

async function record(more = {}) {
  if (!subject || sending) return;
  const check = pending || body(more);
  sending = true;
  form.setAttribute("aria-busy", "true");
  say(words.sending);
  try {
    const answer = await send(check, key);
    say("");
    hang(null);
    verdict.show(answer, field("name").value.trim() || subject.name, check.reading);
    last.load().catch(() => {});
  } catch (problem) {
    if (problem.passing) { say(`${problem.message} ${words.unsent}`); hang(check); }
    else { hang(null); key = newKey(); fault(problem); } // what was refused is not stored: the corrected check is another one
  } finally {
    sending = false;
    form.removeAttribute("aria-busy");
  }
}

function fault(problem) {
  say(problem.message);
  const name = (problem.field || "").replace("person.", "");
  const wrong = name && field(name);
  if (wrong?.focus) { wrong.focus(); wrong.select?.(); }
}

async function giveMask(check) {
  try {
    verdict.show(await post(`${state.api}/checks/${check.id}/mask-given`, {}), check.name, "");
  } catch (problem) {
    reset();
    finder.note.textContent = problem.message;
  }
  last.load().catch(() => {});
}

async function act(path, content) {
  try {
    await post(`${state.api}/${path}`, content);
    return true;
  } catch (problem) {
    finder.note.textContent = problem.message;
    return false;
  } finally {
    last.load().catch(() => {});
  }
}

function ask(name) {
  const box = document.getElementById(name);
  box.querySelector("form").reset();
  box.returnValue = "no";
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("close", () => resolve(box.returnValue === "yes" ? box.querySelector("form").elements : null), { once: true });
  });
}

async function voidCheck(check) {
  document.getElementById("desk-void-who").textContent = `${check.name} ${check.reading || ""}`;
  const given = await ask("desk-void");
  reset();
  if (given) await act(`checks/${check.id}/void`, { reason: given.void_reason.value });
}

function leave(check) {
  return act(`checks/${check.id}/departure`, {});
}

/** Somebody about whom nothing was entered yet: whether he wears a mask is not known either. */
function beginUnseen() {
  if (subject) return {};
  beginUnnamed();
  return { mask: null };
}

async function hold() {
  const unseen = beginUnseen();
  const given = await ask("desk-hold");
  if (given) await record({ manual_hold: given.hold_reason.value, ...unseen });
  else field("reading").focus();
}

const acts = {
  mask: () => { if (subject) setMask(!masked()); },
  refused: () => record({ ...beginUnseen(), refused_measurement: true, reading: null }),
  hold: () => hold(),
  unnamed: () => beginUnnamed(),
};
const KEYS = { F2: "mask", F4: "refused", F7: "hold", F8: "unnamed" };

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) acts[button.dataset.do]();
});
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (KEYS[event.key]) { event.preventDefault(); acts[KEYS[event.key]](); }
  else if (event.key === "Escape" && subject) { event.preventDefault(); reset(); }
  else if (event.key === "F9") {
    const questions = document.getElementById("desk-questions");
    if (questions && subject) { event.preventDefault(); questions.open = true; questions.querySelector("input").focus(); }
  }
});
maskButton.addEventListener("click", () => { setMask(!masked()); field("reading").focus(); });
document.getElementById("desk-back").addEventListener("click", reset);
document.querySelector('[data-open="desk-hand"]').addEventListener("click", async () => {
  const given = await ask("desk-hand");
  const content = given && { site: state.site, to: given.hand_to.value, note: given.hand_note.value };
  if (given && (await act(`entrances/${state.entrance}/handovers`, content))) finder.note.textContent = words.handed;
});

// Enter leads through the visitor's fields; from the reading it sends.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox]), select") || event.target.name === "reading") return;
  event.preventDefault();
  const order = [...form.querySelectorAll("input:not([type=checkbox]), select")].filter((one) => one.offsetParent && one.name !== "document_type" && one.name !== "company");
  const place = order.indexOf(event.target);
  (order[place + 1] || field("reading")).focus();
});
form.addEventListener("submit", (event) => { event.preventDefault(); record(); });

last.load().catch((problem) => { finder.note.textContent = problem.message; });
finder.field.focus();
