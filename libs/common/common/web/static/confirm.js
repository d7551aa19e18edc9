// Asks before a form marked `data-confirm` is sent, and keeps a form marked `data-once` from being sent twice by a double click.

/** Asks a question in a dialog; resolves to true for yes. */
export function ask(question, yes, no) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "sz-dialog";
    const words = document.createElement("p");
    words.textContent = question;
    const row = document.createElement("div");
    row.className = "sz-actions";
    const button = (text, kind, answer) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = `btn ${kind}`;
      made.textContent = text;
      made.addEventListener("click", () => dialog.close(answer));
      row.append(made);
      return made;
    };
    const cautious = button(no, "btn-outline-secondary", "no");
    button(yes, "btn-danger", "yes");
    dialog.append(words, row);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    cautious.focus();
  });
}

/** Watches the forms of a page or of a part that was added to it. */
export function watchConfirm(root) {
  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.confirm && !form.dataset.sure) {
      event.preventDefault();
      const button = event.submitter;
      if (await ask(form.dataset.confirm, form.dataset.confirmYes || "OK", form.dataset.confirmNo || "×")) {
        form.dataset.sure = "1";
        form.requestSubmit(button || undefined);
      }
      return;
    }
    if (form.dataset.once !== undefined) {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      delete form.dataset.sure;
    }
  });
}
