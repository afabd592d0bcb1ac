// Asks now and then how far the work is; without scripts the page loads itself again.
"use strict";

const EVERY_MS = 1000;

async function look() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (answer.redirected) {
      location.replace(answer.url);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("kerja");
    const shown = document.getElementById("kerja");
    if (!fresh || fresh.dataset.over) {
      location.reload();
      return;
    }
    shown.replaceChildren(...fresh.childNodes);
  } catch {
    // The network is away for a moment; the next look will tell.
  }
  setTimeout(look, EVERY_MS);
}

if (!document.getElementById("kerja").dataset.over) {
  setTimeout(look, EVERY_MS);
}
