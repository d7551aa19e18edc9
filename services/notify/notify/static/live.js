// Live alerts on every page: one connection a browser, shared by its tabs; a bar, a sound, a flashing title.
// Mounts into <div id="live-bar" data-sites="main,branch">; without it nothing is done. Pages that show alerts listen to
// the window's event "sizao:alerts" (detail: {alerts, connected}).
import { Feed } from "./feed.js";
import { allowSound, audible, play } from "../shared/sound.js";

const OPEN = new Set(["open", "marked", "exhausted"]);
const RING_EVERY = 3000;
const RING_SLOWLY = 20000;
const RING_FULL = 60000;
const ENGLISH = document.documentElement.lang.startsWith("en");
const ICONS = new URL("../shared/icons.svg", import.meta.url).pathname;

/** One of two wordings, by the page's language. */
function word(zh, en) {
  return ENGLISH ? en : zh;
}

/** The alerts that wait for an answer, the most urgent first. */
function waiting(alerts) {
  const rank = (one) => (one.state === "exhausted" ? 0 : one.severity === "severe" ? 1 : 2);
  return alerts
    .filter((one) => OPEN.has(one.state) && !one.silent)
    .sort((a, b) => rank(a) - rank(b) || (a.raised_at < b.raised_at ? -1 : 1));
}

class Bar {
  constructor(place) {
    this.place = place;
    this.title = document.title;
    this.heard = new Map();
    this.lastRing = 0;
    this.alerts = [];
    this.connected = true;
    this.signedOut = false;
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("./live.css", import.meta.url).pathname;
    document.head.append(style);
    for (const touch of ["pointerdown", "keydown"]) {
      document.addEventListener(touch, () => setTimeout(() => this.draw(), 300), { once: true, passive: true });
    }
    setInterval(() => this.beat(), 1000);
  }

  take(state) {
    Object.assign(this, state);
    this.draw();
    this.beat();
    window.dispatchEvent(new CustomEvent("sizao:alerts", { detail: { alerts: this.alerts, connected: this.connected } }));
  }

  draw() {
    const calls = waiting(this.alerts);
    const parts = [];
    if (this.signedOut) parts.push(this.notice("triangle", word("登录已失效，收不到告警", "Signed out: alerts do not reach you"), "/"));
    else if (!this.connected) parts.push(this.notice("triangle", word("告警连接中断，正在重连…", "Live alerts are cut off, connecting…")));
    if (calls.length) parts.push(this.calls(calls));
    if (calls.some((one) => one.rings) && !audible()) parts.push(this.soundButton());
    this.place.replaceChildren(...parts);
    this.place.dataset.alerts = String(calls.length);
  }

  calls(calls) {
    const first = calls[0];
    const link = document.createElement("a");
    link.className = `live-alert${calls.some((one) => one.severity === "severe" || one.state === "exhausted") ? " live-severe" : ""}`;
    link.href = calls.length === 1 ? `/notify/${first.site}/alerts/${first.id}` : `/notify/${first.site}/alerts`;
    link.setAttribute("role", "alert");
    const count = document.createElement("strong");
    count.textContent = calls.length === 1 ? word("告警", "Alert") : word(`${calls.length} 条告警`, `${calls.length} alerts`);
    const text = document.createElement("span");
    const words = { exhausted: word("无人应答", "nobody answered"), marked: this.mark(first) }[first.state] || "";
    text.textContent = [words, ENGLISH ? first.title.en : first.title.zh, first.masked_name].filter(Boolean).join(" · ");
    link.append(icon("octagon"), count, text);
    return link;
  }

  mark(alert) {
    return alert.mark === "retest_normal" ? word("复测正常，待确认", "retest normal, confirm") : word("误录待核", "entered by mistake?");
  }

  notice(shape, words, href = "") {
    const line = document.createElement(href ? "a" : "p");
    line.className = "live-notice";
    if (href) line.href = href;
    line.setAttribute("role", "status");
    line.append(icon(shape), words);
    return line;
  }

  soundButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "live-sound";
    button.append(icon("bell"), word("开启声音", "Turn sound on"));
    button.addEventListener("click", async () => {
      if (await allowSound()) play("alert");
      this.draw();
    });
    return button;
  }

  beat() {
    const calls = waiting(this.alerts);
    const flash = calls.length && Math.floor(Date.now() / 1000) % 2;
    document.title = flash ? `⚠ ${word("告警", "Alert")} (${calls.length})` : this.title;
    const now = Date.now();
    const mine = calls.filter((one) => one.rings);
    for (const one of mine) {
      const version = `${one.id}:${one.rung}:${one.severity}`;
      if (!this.heard.has(version)) this.heard.set(version, now);
    }
    const fresh = mine.some((one) => now - this.heard.get(`${one.id}:${one.rung}:${one.severity}`) < RING_FULL);
    if (!mine.length || now - this.lastRing < (fresh ? RING_EVERY : RING_SLOWLY)) return;
    this.lastRing = now;
    ringOnce();
  }
}

/** One tab rings, of those that may be heard; where tabs can't agree, the one that is looked at. */
function ringOnce() {
  if (!audible()) return;
  if (!navigator.locks) {
    if (document.visibilityState === "visible") play("alert");
    return;
  }
  navigator.locks.request("sizao-live-sound", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    play("alert");
    await new Promise((resolve) => { setTimeout(resolve, RING_EVERY - 500); });
  });
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "sz-icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

const place = document.getElementById("live-bar");
if (place && place.dataset.sites) {
  const bar = new Bar(place);
  new Feed(place.dataset.sites, (state) => bar.take(state)).start();
}
