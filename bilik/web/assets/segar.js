// Keeps the parts of an open page up to date that change by themselves; without scripts one loads it again.
"use strict";

const EVERY_MS = Number(document.currentScript.dataset.every);
const OWN_ASKING = { "Bilik-Sendiri": "ya" }; // it keeps nobody signed in

const parts = (page) => [...page.querySelectorAll("[data-segar]")];
const names = (page) => parts(page).map((one) => one.dataset.segar).join();

function renew(page) {
  const fresh = parts(page);
  parts(document).forEach((shown, at) => {
    // What somebody has just reached with the keyboard is not taken away from under their hands.
    if (shown.isEqualNode(fresh[at]) || shown.contains(document.activeElement)) return;
    shown.replaceWith(fresh[at]);
  });
}

async function look() {
  try {
    if (!document.hidden) {
      const how = { credentials: "same-origin", cache: "no-store", headers: OWN_ASKING };
      const answer = await fetch(location.href, how);
      if (answer.redirected) {
        location.replace(answer.url);
        return;
      }
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (names(page) !== names(document)) {
          location.reload();
          return;
        }
        renew(page);
      }
    }
  } catch {
    // The network is away for a moment; the next look will tell.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
for (const note of document.querySelectorAll("#sendiri")) note.hidden = false;
