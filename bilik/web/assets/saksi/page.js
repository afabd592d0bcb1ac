/* The trustees' page: which card is due, and what its form does. */

import { chosen, clear, onSend, say } from "./form.js";
import { label } from "./files.js";
import { done } from "./labour.js";
import { suggestion } from "./passphrase.js";
import { Problem } from "./problem.js";
import * as screen from "./screen.js";
import * as server from "./server.js";

const LOOK_AGAIN_MS = 4000;
const STEP_CARDS = { certificate: "join", polynomial: "deal", voutput: "accept" };

let standing;
/* The key file of this visit, the certificates whose number was compared, the number of who counted, and
 * a card that stays until its file is saved. Nothing of it outlives the page. */
const visit = { key: null, certificates: null, counted: null, held: null };

const form = (name) => screen.card(name).querySelector("form");
const ownName = () => (standing.bearer ? standing.names[standing.bearer - 1] : null);
const own = () => ({ key: visit.key, uuid: standing.uuid, name: ownName() });

/* The card that it is time for. */
function due() {
  const { stage, closed, step, bearer, sent, given } = standing;
  if (visit.held) return visit.held;
  if (stage === "selesai") return "done";
  if (stage === "hitung") return given.includes(visit.counted ?? bearer) ? "given" : "count";
  if (stage === "siap") return closed ? "closed" : "rehearse";
  if (!bearer) return "link";
  return sent[step].includes(bearer) ? "wait" : STEP_CARDS[step];
}

async function refresh() {
  standing = await server.standing();
  screen.trouble(null);
  screen.tell(standing, standing.bearer ?? visit.counted);
  const card = due();
  const isOther = screen.show(card);
  if (card === "count") await lookAtTally();
  if (!isOther) return;
  // The number is on the screen at once where the key file is at hand.
  if (visit.key && STEP_CARDS[standing.step] === card && card !== "join") form(card).requestSubmit();
}

async function keepLooking() {
  if (!document.hidden && !document.querySelector("button.primary:disabled")) {
    try {
      await refresh();
    } catch (problem) {
      if (problem instanceof Problem) screen.trouble(problem.message);
      else console.error(problem);
    }
  }
  setTimeout(keepLooking, LOOK_AGAIN_MS);
}

/* The key file that was chosen, or the one of this visit. */
async function useKey({ file }) {
  const key = file.files.length || !visit.key ? await chosen(file) : visit.key;
  const whose = await done("look", { ...own(), key });
  keep(key, file.files[0]?.name);
  return whose;
}

function keep(key, name) {
  visit.key = key;
  if (name) screen.showKey(name);
}

for (const file of document.querySelectorAll("[name=file]")) {
  file.addEventListener("change", () => {
    if (file.files.length) screen.showKey(file.files[0].name);
  });
}

const keyFileName = (name, mark = "") => `saksi-${label(name)}${mark}.kunci`;

/* Step 1 */

onSend(form("join"), async ({ passphrase, again }, tell) => {
  if (passphrase.value !== again.value) {
    throw new Problem("Kedua kata sandi itu tidak sama. Ketik lagi pelan-pelan.");
  }
  const invitation = await server.fetched("undangan");
  const details = { invitation, name: ownName(), passphrase: passphrase.value };
  const { key } = await done("join", details, tell);
  screen.offer(screen.card("save"), keyFileName(ownName()), key);
  clear(form("join"));
  hold("save");
});

onSend(form("save"), async ({ file, passphrase }, tell) => {
  const key = await chosen(file);
  const details = { ...own(), key, passphrase: passphrase.value };
  const { certificate } = await done("prove", details, tell);
  keep(key, file.files[0].name);
  await server.sent(certificate);
  await letGo("save");
});

function hold(card) {
  visit.held = card;
  screen.show(card);
}

async function letGo(card) {
  if (form(card)) clear(form(card));
  visit.held = null;
  await refresh();
}

function knowKey(known) {
  document.getElementById("fresh").hidden = known;
  document.getElementById("back").hidden = !known;
}

document.getElementById("have-key").addEventListener("click", () => {
  knowKey(true);
  hold("save");
});
document.getElementById("back").addEventListener("click", () => {
  knowKey(false);
  letGo("save");
});
document.getElementById("suggestion").textContent = suggestion();
document.getElementById("take-suggestion").addEventListener("click", () => {
  const { passphrase, again, reveal } = form("join").elements;
  passphrase.value = again.value = document.getElementById("suggestion").textContent;
  reveal.checked = true;
  reveal.dispatchEvent(new Event("change"));
});

/* Steps 2 and 3: the number comes with the key file, then the passphrase. */

/* Whether the number was compared. What is then done is done with the very certificates that the number
 * is of, whatever the server would hand out by now. */
async function compared(card, fields) {
  const place = screen.card(card).querySelector("[data-compared]");
  if (!place.hidden) return true;
  await useKey(fields);
  const certificates = await server.fetched("sertifikat");
  const { number } = await done("compare", { ...own(), certificates });
  visit.certificates = certificates;
  screen.showNumber(place, number);
  place.hidden = false;
  setNeeded(place, true);
  return false;
}

/* What is not on the screen yet need not be filled in. */
function setNeeded(place, needed) {
  for (const field of place.querySelectorAll("[name=same], [name=passphrase]")) {
    field.required = needed;
  }
}

for (const card of ["deal", "accept"]) {
  setNeeded(form(card).querySelector("[data-compared]"), false);
  const { file } = form(card).elements;
  file.addEventListener("change", () => {
    form(card).querySelector("[data-compared]").hidden = true;
    setNeeded(form(card), false);
    form(card).requestSubmit();
  });
}

onSend(form("deal"), async (fields, tell) => {
  if (!(await compared("deal", fields))) return;
  const { certificates } = visit;
  const details = { ...own(), certificates, passphrase: fields.passphrase.value };
  const { message } = await done("deal", details, tell);
  await server.sent(message);
  clear(form("deal"));
  await refresh();
});

onSend(form("accept"), async (fields, tell) => {
  if (!(await compared("accept", fields))) return;
  const { certificates } = visit;
  const shares = await server.fetched(`titipan-${standing.bearer}`);
  const details = { ...own(), certificates, shares, passphrase: fields.passphrase.value };
  const { message, key } = await done("accept", details, tell);
  await server.sent(message);
  const name = keyFileName(ownName(), "-lengkap");
  keep(key, name);
  screen.offer(screen.card("saved"), name, key);
  clear(form("accept"));
  hold("saved");
});

document.getElementById("stored").addEventListener("click", () => letGo("saved"));

/* Step 4 */

onSend(form("rehearse"), async (fields, tell) => {
  const said = form("rehearse").querySelector(".said");
  said.hidden = true;
  const { place } = await useKey(fields);
  const published = await server.fetched("saksi");
  const details = { ...own(), published, passphrase: fields.passphrase.value };
  const { name } = await done("rehearse", { ...details, own: await ownMessage(place) }, tell);
  clear(form("rehearse"));
  said.textContent = `Kunci ${name} berfungsi. Simpan baik-baik sampai hari penghitungan.`;
  said.hidden = false;
});

/* What a key file from before the last step lacks, and the trustee alone can read. */
const ownMessage = (place) => server.fetched(`kunci-${place}`);

/* Step 5 */

let tally;

async function lookAtTally() {
  if (tally !== undefined) return;
  const text = await server.fetched("hitungan");
  tally = null;
  const card = screen.card("count");
  const bar = card.querySelector("#checking progress");
  try {
    const details = { tally: text, uuid: standing.uuid };
    const { ballots, number } = await done("lookAtTally", details, (part) => { bar.value = part; });
    card.querySelector("[data-ballots]").textContent = ballots.toLocaleString("id");
    screen.showNumber(card, number);
    tally = text;
    form("count").hidden = false;
  } catch (problem) {
    say(document.getElementById("bad-tally"), problem);
  }
  card.querySelector("#checking").hidden = true;
}

onSend(form("count"), async (fields, tell) => {
  const { name, place } = await useKey(fields);
  if (standing.given.includes(place)) {
    throw new Problem(`Bagian ${name} sudah diterima. Tinggal menunggu saksi lain.`);
  }
  const details = { ...own(), tally, own: await ownMessage(place) };
  const made = await done("decrypt", { ...details, passphrase: fields.passphrase.value }, tell);
  await server.sent(made.message);
  visit.counted = place;
  for (const card of ["given", "done"]) {
    const used = screen.card(card).querySelector("[data-used]");
    screen.offer(used, keyFileName(name, "-terpakai"), made.key);
    used.hidden = false;
  }
  clear(form("count"));
  await refresh();
});

addEventListener("hashchange", () => location.reload());
if (globalThis.crypto?.subtle) {
  keepLooking();
} else {
  screen.trouble("Halaman ini hanya bekerja lewat alamat https. Minta alamat yang benar dari panitia.");
}
