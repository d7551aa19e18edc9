// The one field of the desk: suggestions while typing, chosen by arrows and Enter, by a scan that ends with Enter, or by touch.
import { get } from "../shared/api.js";

const WAIT = 120;

export class Finder {
  /** `choose(person, text)` is called with a person, or with null where a new visitor is to be registered. */
  constructor(state, choose) {
    this.state = state;
    this.choose = choose;
    this.form = document.getElementById("desk-find");
    this.field = document.getElementById("q");
    this.list = document.getElementById("desk-found");
    this.note = document.getElementById("desk-find-note");
    this.people = [];
    this.asked = null;
    this.at = -1;
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.enter(); });
    this.list.addEventListener("click", (event) => {
      const line = event.target.closest("li");
      if (line) this.take(Number(line.dataset.place));
    });
  }

  clear() {
    this.field.value = "";
    this.note.textContent = "";
    this.show("", []);
    this.form.hidden = false;
    this.field.focus();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look().catch(() => {}), WAIT);
  }

  async look() {
    const text = this.field.value.trim();
    if (!text) { this.show("", []); return; }
    this.abort?.abort();
    this.abort = new AbortController();
    const query = new URLSearchParams({ site: this.state.site, q: text });
    const { body } = await get(`${this.state.api}/people?${query}`, { signal: this.abort.signal });
    if (this.field.value.trim() === text) this.show(text, body.items);
  }

  show(text, people) {
    this.asked = text;
    this.people = people;
    this.list.replaceChildren(...people.map((person, place) => this.line(person, place)));
    if (text) this.list.append(this.line(null, people.length));
    this.list.hidden = !text;
    this.field.setAttribute("aria-expanded", String(Boolean(text)));
    this.note.textContent = text && people.length === 0 ? this.state.words.nobody : "";
    this.mark(people.length === 1 || people[0]?.exact || people.length === 0 ? 0 : -1);
  }

  line(person, place) {
    const line = document.createElement("li");
    line.id = `desk-found-${place}`;
    line.dataset.place = String(place);
    line.setAttribute("role", "option");
    const name = document.createElement("strong");
    name.textContent = person ? person.masked_name : this.state.words.new;
    line.append(name);
    if (person) {
      const kind = person.kind === "visitor" ? this.state.words.visitor : this.state.words.staff;
      const parts = [kind, person.staff_number, person.section, person.company, person.masked_document, person.masked_phone];
      const more = document.createElement("span");
      more.className = "sz-note";
      more.textContent = parts.filter(Boolean).join(" · ");
      line.append(more);
    }
    return line;
  }

  mark(place) {
    this.at = place;
    for (const line of this.list.children) line.setAttribute("aria-selected", String(Number(line.dataset.place) === place));
    const marked = this.list.children[place];
    if (marked) { this.field.setAttribute("aria-activedescendant", marked.id); marked.scrollIntoView({ block: "nearest" }); }
    else this.field.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const lines = this.list.children.length;
    if (lines) this.mark((this.at + (event.key === "ArrowDown" ? 1 : lines + (this.at < 0 ? 0 : -1))) % lines);
  }

  /** Enter: the marked person; the only one; or else the guard has to say which. What he typed last is what counts. */
  async enter() {
    const text = this.field.value.trim();
    if (!text) return;
    clearTimeout(this.timer);
    if (this.asked !== text) {
      try { await this.look(); } catch (problem) {
        if (problem.name === "AbortError") return;
        this.note.textContent = problem.message;
        return;
      }
    }
    if (this.at >= 0) this.take(this.at); else this.mark(0);
  }

  take(place) {
    const text = this.field.value.trim();
    this.form.hidden = true;
    this.choose(this.people[place] || null, text);
  }
}
