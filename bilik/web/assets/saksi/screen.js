/* What is on the screen: one card at a time, and the list of all trustees. */

const STEPS = ["certificate", "polynomial", "voutput"];
const cards = new Map(
  [...document.querySelectorAll("[data-card]")].map((one) => [one.dataset.card, one]),
);
let shown = "loading";

export const card = (name) => cards.get(name);

/* Show one card only; whoever does not see it is led to it. Whether it was another before. */
export function show(name) {
  if (name === shown) return false;
  const first = shown === "loading";
  cards.get(shown).hidden = true;
  cards.get(name).hidden = false;
  shown = name;
  if (!first) {
    cards.get(name).querySelector("h2").focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
  return true;
}

/* A line above everything, for what no card can tell. */
export function trouble(line) {
  const place = document.getElementById("trouble");
  place.textContent = line ?? "";
  place.hidden = !line;
}

/* How far everybody is. */
export function tell(standing, own) {
  const { names, sent, given, stage } = standing;
  document.getElementById("greeting").hidden = !own;
  fill("[data-own-name]", own ? names[own - 1] : "");
  const counting = stage === "hitung";
  names.forEach((_, at) => {
    const place = at + 1;
    const done = counting ? given.includes(place) : sent.voutput.includes(place);
    const text = counting ? ["belum", "sudah menghitung"][Number(done)] : keyText(sent, place);
    fill(`[data-of="${place}"]`, text);
    document.querySelector(`[data-of="${place}"]`).parentElement.classList.toggle("done", done);
  });
  const missing = names.filter((_, at) => !(sent[standing.step] ?? []).includes(at + 1));
  fill("[data-missing]", missing.join(", "));
  fill("[data-needed]", String(Math.max(0, standing.threshold - given.length)));
  fill("[data-not-given]", names.filter((_, at) => !given.includes(at + 1)).join(", "));
  mark(standing);
}

function keyText(sent, place) {
  const done = STEPS.filter((step) => sent[step].includes(place)).length;
  return ["belum mulai", "kunci dibuat", "angka dicocokkan", "kunci lengkap"][done];
}

/* Which of the five steps it is time for. */
function mark({ stage, step, closed }) {
  const at = { kunci: STEPS.indexOf(step), siap: closed ? 4 : 3, hitung: 4, selesai: 5 }[stage];
  [...document.getElementById("steps").children].forEach((item, place) => {
    item.classList.toggle("past", place < at);
    if (place === at) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
  const now = document.getElementById("steps").children[at];
  const place = document.getElementById("step-now");
  place.textContent = now ? `Langkah ${at + 1} dari 5: ${now.textContent}` : "";
  document.getElementById("others").hidden = stage === "selesai";
}

function fill(selector, text) {
  for (const place of document.querySelectorAll(selector)) {
    if (place.textContent !== text) place.textContent = text;
  }
}

/* The digits to compare, in groups that are read one by one. */
export function showNumber(within, number) {
  const place = within.querySelector("[data-number]");
  place.replaceChildren(
    ...number.split(" ").flatMap((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return [span, " "];
    }),
  );
}

/* Which key file will be used, wherever one can be chosen. */
export function showKey(name) {
  for (const place of document.querySelectorAll("[data-chosen]")) {
    place.textContent = `Dipakai: ${name}`;
  }
  fill("[data-choose]", "Ganti berkas kunci");
}

/* Offer a file to be saved. */
export function offer(within, name, content) {
  const place = within.querySelector("[data-download]");
  if (place.href) URL.revokeObjectURL(place.href);
  place.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  place.download = name;
  within.querySelector("[data-file-name]").textContent = name;
}
