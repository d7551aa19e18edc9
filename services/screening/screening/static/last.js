// The last checks of this entrance, with what may still be done about each.
import { get } from "../shared/api.js";
import { clock } from "./clock.js";

const SHOWN = 10;

export class Last {
  /** `acts`: retest, void, leave; each is called with the check. */
  constructor(state, acts) {
    this.state = state;
    this.acts = acts;
    this.list = document.getElementById("desk-last");
    this.empty = document.getElementById("desk-last-empty");
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act]");
      if (button) this.acts[button.dataset.act](this.checks[Number(button.closest("li").dataset.place)]);
    });
  }

  async load() {
    const { site, entrance, day, api } = this.state;
    const query = new URLSearchParams({ site, entrance, day, limit: String(SHOWN) });
    const { body } = await get(`${api}/checks?${query}`);
    this.checks = body.items.map((item) => ({ ...item, name: item.person.name }));
    this.list.replaceChildren(...this.checks.map((check, place) => this.line(check, place)));
    this.empty.hidden = this.checks.length > 0;
  }

  line(check, place) {
    const { words, page } = this.state;
    const line = document.createElement("li");
    line.dataset.place = String(place);
    if (check.voided_at) line.className = "desk-voided";
    const time = element("span", "sz-num", clock(new Date(check.measured_at), this.state.zone));
    const who = element("span", "desk-line");
    const name = element("a", "", check.person.name);
    name.href = `${page}/checks/${check.id}`;
    who.append(name, element("span", "sz-note", check.person.staff_number || ""));
    who.append(element("span", "sz-num", check.reading || words.noReading));
    const verdict = element("span", `sz-decision sz-${check.decision}`, words[check.decision]);
    const acts = element("span", "desk-acts");
    if (check.voided_at) acts.append(element("span", "sz-note", words.voided));
    else {
      if (check.decision === "hold" || check.advice.includes("low_reading")) acts.append(button("retest", words.retest));
      if (check.departed_at) acts.append(element("span", "sz-note", words.left));
      else if (check.decision !== "refuse") acts.append(button("leave", words.leave));
      acts.append(button("void", words.void));
      if (check.person.kind === "unnamed") {
        const link = element("a", "btn btn-outline-secondary", words.complete);
        link.href = `${page}/checks/${check.id}#completion`;
        acts.append(link);
      }
    }
    line.append(time, who, verdict, acts);
    return line;
  }
}

function element(name, look, text = "") {
  const made = document.createElement(name);
  if (look) made.className = look;
  made.textContent = text;
  return made;
}

function button(act, words) {
  const made = element("button", "btn btn-outline-secondary", words);
  made.type = "button";
  made.dataset.act = act;
  return made;
}
