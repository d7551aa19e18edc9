// The decision, over the whole screen: by colour, shape, word and sound. Enter goes on to the next person.
import { play } from "../shared/sound.js";
import { clock } from "./clock.js";

export class Verdict {
  /** `acts`: next, giveMask, retest, void; each is called with the check shown. */
  constructor(state, acts) {
    this.state = state;
    this.acts = acts;
    this.box = document.getElementById("desk-decision");
    this.buttons = {
      next: document.getElementById("desk-next"),
      giveMask: document.getElementById("desk-give-mask"),
      retest: document.getElementById("desk-retest"),
      void: document.getElementById("desk-void-this"),
    };
    for (const [act, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.leave(act));
    this.box.addEventListener("cancel", (event) => { event.preventDefault(); this.leave("next"); });
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  show(check, name, reading) {
    this.check = { ...check, name };
    const { decision } = check;
    this.box.className = `desk-decision sz-${decision}`;
    this.box.dataset.decision = decision;
    document.getElementById("desk-word").textContent = this.state.words[decision];
    document.getElementById("desk-person").textContent = [name, reading && `${reading} ℃`].filter(Boolean).join("  ");
    const said = [...check.reason_words, ...check.advice_words].map((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      return line;
    });
    document.getElementById("desk-reasons").replaceChildren(...said);
    document.getElementById("desk-todo").hidden = decision !== "hold";
    document.getElementById("desk-due").textContent = decision === "hold" ? this.due(check) : "";
    this.buttons.giveMask.hidden = !(decision === "refuse" && check.reasons.includes("no_mask"));
    this.buttons.retest.hidden = !(decision === "hold" || check.advice.includes("low_reading"));
    if (!this.box.open) this.box.showModal();
    this.buttons.next.focus();
    play(decision);
  }

  due(check) {
    const at = new Date(new Date(check.measured_at).getTime() + this.state.retestMinutes * 60_000);
    return this.state.words.retestAt.replace("{time}", clock(at, this.state.zone));
  }

  key(event) {
    const act = { m: "giveMask", r: "retest", v: "void" }[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.altKey || event.metaKey || this.buttons[act].hidden) return;
    event.preventDefault();
    this.leave(act);
  }

  leave(act) {
    const { check } = this;
    this.box.close();
    this.acts[act](check);
  }
}
