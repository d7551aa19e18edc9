// The alerts of this browser: one tab holds the stream and tells the others; without locks, or when all streams are taken,
// the tab polls instead.

const POLL = 3000;
const POLL_LEADER = 1000;
const AGAIN = 30000;
const PATIENCE = 5000;

export class Feed {
  constructor(sites, tell) {
    this.sites = sites;
    this.tell = tell;
    this.alerts = new Map();
    this.connected = true;
    this.signedOut = false;
    this.leads = false;
    this.next = null;
    this.etag = null;
    this.channel = "BroadcastChannel" in window && navigator.locks ? new BroadcastChannel(`sizao-live:${sites}`) : null;
  }

  start() {
    if (!this.channel) {
      this.poll(POLL);
      return;
    }
    this.channel.addEventListener("message", ({ data }) => {
      if (data.kind === "hello" && this.leads) this.publish();
      if (data.kind === "state" && !this.leads) this.take(data);
    });
    this.channel.postMessage({ kind: "hello" });
    navigator.locks.request(`sizao-live:${this.sites}`, () => new Promise(() => {
      this.leads = true;
      this.stream();
    }));
  }

  /** What another tab told. */
  take({ alerts, connected, signedOut }) {
    this.alerts = new Map(alerts.map((one) => [one.id, one]));
    Object.assign(this, { connected, signedOut });
    this.tell(this.state());
  }

  state() {
    return { alerts: [...this.alerts.values()], connected: this.connected, signedOut: this.signedOut };
  }

  publish() {
    this.tell(this.state());
    this.channel?.postMessage({ kind: "state", ...this.state() });
  }

  merge(items, whole) {
    if (whole) this.alerts.clear();
    for (const one of items) {
      const known = this.alerts.get(one.id);
      if (!known || known.version <= one.version) this.alerts.set(one.id, one);
    }
    for (const [id, one] of this.alerts) if (one.state === "closed" || one.state === "acknowledged") this.alerts.delete(id);
    this.connected = true;
    this.signedOut = false;
    this.publish();
  }

  stream() {
    const source = new EventSource(`/notify/live?site=${encodeURIComponent(this.sites)}`);
    let cut = 0;
    const well = () => { clearTimeout(cut); cut = 0; };
    source.addEventListener("snapshot", (event) => { well(); this.merge(JSON.parse(event.data).items, true); });
    source.addEventListener("alerts", (event) => { well(); this.merge(JSON.parse(event.data).items, false); });
    source.addEventListener("open", () => { well(); if (!this.connected) { this.connected = true; this.publish(); } });
    source.addEventListener("signed-out", () => { source.close(); this.lost(true); setTimeout(() => this.stream(), AGAIN); });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        well();
        this.next = null;
        this.poll(POLL_LEADER, Date.now() + AGAIN);
      } else if (!cut) {
        cut = setTimeout(() => this.lost(false), PATIENCE);
      }
    });
    window.addEventListener("pagehide", () => source.close(), { once: true });
  }

  lost(signedOut) {
    this.connected = false;
    this.signedOut = signedOut;
    this.publish();
  }

  /** Asks for changes; with `until` the stream is tried again then. */
  async poll(every, until = Infinity) {
    try {
      const query = this.next ? `after=${encodeURIComponent(this.next)}` : `site=${encodeURIComponent(this.sites)}`;
      const answer = await fetch(`/notify/api/v1/alerts/changes?${query}`, {
        credentials: "same-origin", cache: "no-store", headers: this.next && this.etag ? { "If-None-Match": this.etag } : {},
      });
      if (answer.status === 401 || answer.status === 403) this.lost(true);
      else if (answer.status === 200) {
        const whole = !this.next;
        const body = await answer.json();
        this.next = body.next;
        this.etag = answer.headers.get("ETag");
        this.merge(body.items, whole);
      } else if (answer.status !== 304) this.lost(false);
      else if (!this.connected) { this.connected = true; this.publish(); }
    } catch {
      this.lost(false);
    }
    if (Date.now() >= until) this.stream();
    else setTimeout(() => this.poll(every, until), this.signedOut ? AGAIN : every);
  }
}
