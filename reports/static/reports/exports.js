// Asks for the page again while a file is being made, and puts the new state in the place of the old one.
"use strict";

const SECONDS = 5;

const look = async () => {
  const shown = document.getElementById("jobs");
  if (!shown?.hasAttribute("data-working")) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("jobs");
    if (answer.ok && found && !shown.contains(document.activeElement)) shown.replaceWith(found);
  } catch {
    // The server is away: the next look may find it.
  }
  setTimeout(look, SECONDS * 1000);
};

setTimeout(look, SECONDS * 1000);
