// Calls to the API from a page: the forgery token, an idempotency key, repeats when the network fails, problems in words.

const TRIES = 4;
const WAIT = 400;

/** What went wrong, in words for the reader; `status` is 0 when no answer came. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || String(status));
    this.name = "Problem";
    this.status = status;
    this.code = body.code || "";
    this.field = body.field || "";
    this.errors = body.errors || [];
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** A key for a request that may be sent again: time first, so that keys sort. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let i = 5; i >= 0; i -= 1) { bytes[i] = time % 256; time = Math.floor(time / 256); }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** GET: the body as an object; with `etag` the answer is `{notModified: true}` when nothing changed. */
export async function get(path, { etag, signal } = {}) {
  const answer = await send(path, { headers: etag ? { "If-None-Match": etag } : {}, signal, cache: "no-store" });
  if (answer.status === 304) return { notModified: true, etag };
  return { body: await answer.json(), etag: answer.headers.get("ETag"), notModified: false };
}

/** POST of an object; the body of the answer, or null. Sent again with the same key while the network or server is away. */
export function post(path, body, { key = newKey(), method = "POST", headers = {}, tries = TRIES, signal } = {}) {
  return again(tries, signal, async () => {
    const sent = { "Content-Type": "application/json", "Idempotency-Key": key, "X-CSRF-Token": forgeryToken(), ...headers };
    const answer = await send(path, { method, headers: sent, body: JSON.stringify(body), signal });
    return answer.status === 204 ? null : answer.json();
  });
}

/** The token that the page's forms carry. */
export function forgeryToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content || "";
}

async function send(path, options) {
  let answer;
  try {
    answer = await fetch(path, {
      credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options.headers },
    });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Problem(0, { code: "network", detail: word("网络不通，请检查连接", "No connection: check the network") });
  }
  if (answer.ok || answer.status === 304) return answer;
  const text = await answer.text();
  let body = {};
  try { body = JSON.parse(text); } catch { /* a proxy's page: the status alone is known */ }
  if (!body.detail) body.detail = word(`服务器返回 ${answer.status}`, `The server answered ${answer.status}`);
  const problem = new Problem(answer.status, body);
  problem.retryAfter = Number(answer.headers.get("Retry-After")) || 0;
  throw problem;
}

async function again(tries, signal, attempt) {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (problem) {
      if (!(problem instanceof Problem) || !problem.passing || left <= 0) throw problem;
      const pause = problem.retryAfter ? problem.retryAfter * 1000 : WAIT * 2 ** (tries - 1 - left);
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(pause, 10_000));
        signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
      });
    }
  }
}

function word(zh, en) {
  return document.documentElement.lang.startsWith("en") ? en : zh;
}
