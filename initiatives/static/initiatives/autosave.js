// Saves the draft a few seconds after typing stops and when the page is left. Without it, the button does.
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const says = form.querySelector("[data-says]");
  const unsent = new Set(["csrfmiddlewaretoken", "revision", "once"]);
  const written = () => JSON.stringify([...new FormData(form)].filter(([name]) => !unsent.has(name)));
  let saved = "unsaved" in form.dataset ? null : written(), timer, running = null, stopped = false;
  const say = text => { if (says.textContent !== text) says.textContent = text; };
  const stop = text => { stopped = true; say(text); };

  const save = async leaving => {
    clearTimeout(timer);
    const now = written();
    if (stopped || running || now === saved) return;
    const body = new FormData(form);
    body.append("draft", "");
    running = fetch(form.action, {
      method: "POST", body: new URLSearchParams(body), headers: {Accept: "application/json"}, redirect: "manual", keepalive: leaving,
    });
    try {
      const answer = await running;
      const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
      if (answer.ok && told.revision !== undefined) {
        form.elements.revision.value = told.revision;
        saved = now;
        say(told.said);
      } else if (answer.status === 422) {
        saved = now;
        say(told.said);
      } else if (answer.status < 500) stop(told.said || form.dataset.signedOut);
      else throw new Error(answer.status);
      running = null;
      if (written() !== saved) later(3000);
    } catch {
      running = null;
      say(form.dataset.failed);
      later(15000);
    }
  };
  const later = pause => {
    clearTimeout(timer);
    timer = setTimeout(save, pause, false);
  };

  if (saved === null) later(3000);
  form.addEventListener("input", () => later(3000));
  form.addEventListener("submit", async event => {
    clearTimeout(timer);
    stopped = true;
    if (!running) return;
    // The draft under way changes the version that the form names.
    event.preventDefault();
    const button = event.submitter;
    await running.catch(() => {});
    const wait = () => (running ? setTimeout(wait, 20) : form.requestSubmit(button));
    wait();
  });
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
  addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
})();
