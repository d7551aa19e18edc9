// Keeps an alert page up to date: when an alert of this site changes, the part marked data-live is fetched anew.

const part = document.querySelector("[data-live]");
let known = null;
let running = false;
let again = false;

async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    if (fresh && !part.contains(document.activeElement?.closest("form input, form textarea, form select"))) {
      part.replaceChildren(...fresh.childNodes);
    }
  } catch {
    // The bar above says that the connection is lost; the next change tries again.
  } finally {
    running = false;
    if (again) { again = false; refresh(); }
  }
}

if (part) {
  window.addEventListener("sizao:alerts", ({ detail }) => {
    const mine = detail.alerts.filter((one) => one.site === part.dataset.live);
    const print = mine.map((one) => `${one.id}:${one.version}`).sort().join();
    if (known !== null && known !== print) refresh();
    known = print;
  });
  setInterval(refresh, 60000);
}
