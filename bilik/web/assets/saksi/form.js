/* How a card's form is sent: one try at a time, with progress and a line for what went wrong. */

import { Problem } from "./problem.js";

const LARGEST = 2 ** 20;

/* Do `act` whenever the form is sent; it gets the form's fields and a function for progress. */
export function onSend(form, act) {
  for (const box of form.querySelectorAll("[name=reveal]")) {
    box.addEventListener("change", () => reveal(form, box.checked));
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.primary");
    const [wrong, busy] = [form.querySelector(".wrong"), form.querySelector(".busy")];
    if (button.disabled) return;
    wrong.hidden = true;
    busy.hidden = false;
    button.disabled = true;
    const bar = busy.querySelector("progress");
    bar.removeAttribute("value");
    try {
      await act(form.elements, (part) => { bar.value = part; });
    } catch (problem) {
      say(wrong, problem);
    } finally {
      busy.hidden = true;
      button.disabled = false;
    }
  });
}

/* Tell a problem in its place. */
export function say(place, problem) {
  if (!(problem instanceof Problem)) console.error(problem);
  place.textContent = problem instanceof Problem
    ? problem.message
    : "Ada yang tidak beres di halaman ini. Muat ulang halamannya, lalu coba lagi.";
  place.hidden = false;
}

/* Forget what was typed. */
export function clear(form) {
  form.reset();
  reveal(form, false);
}

/* The text of the file that was chosen. */
export async function chosen(input) {
  const [file] = input.files;
  if (!file) throw new Problem("Pilih dulu berkas kunci Anda.");
  if (file.size > LARGEST) throw new Problem("Itu bukan berkas kunci: terlalu besar. Pilih yang lain.");
  return file.text();
}

function reveal(form, open) {
  for (const name of ["passphrase", "again"]) {
    if (form.elements[name]) form.elements[name].type = open ? "text" : "password";
  }
}
