// The chat page: what the voter does goes to Bilik, and what Bilik says goes on the screen.

import { Connection } from "/chat/connection.js";
import * as screen from "/chat/screen.js";

const form = document.getElementById("form");
const field = document.getElementById("text");

const BROKEN = "Sambungan terputus. Sedang menyambung lagi, pesan Anda tidak hilang.";
const MENDED = "Sudah tersambung lagi.";
const MENDED_MS = 4000;
const NEW_SESSION = "Sesi sebelumnya sudah berakhir, jadi kita mulai lagi.";
const NO_COOKIES = "Peramban ini menolak cookie. Izinkan cookie untuk halaman ini, lalu muat ulang.";
const REFUSED = "Pesan itu tidak bisa dikirim. Coba tulis lebih pendek.";
const CLEARED = "Karena lama tidak ada pesan, layar ini dibersihkan. Tulis pesan untuk lanjut.";
const IDLE_MS = 15 * 60_000;
const FLICKER_MS = 700; // a line that is back at once was not missed

let broken = 0;
let isBroken = false;
let idle = 0;

const connection = new Connection({
  batch: (batch) => {
    screen.showBatch(batch, press, leave);
    waitForIdle();
  },
  working: screen.showTyping,
  offline: () => {
    broken ||= setTimeout(() => {
      isBroken = true;
      screen.showNotice(BROKEN, "broken");
    }, FLICKER_MS);
  },
  online: () => {
    clearTimeout(broken);
    broken = 0;
    if (!isBroken) return;
    isBroken = false;
    screen.showNotice(MENDED, "mended");
    setTimeout(() => isBroken || screen.showNotice("", ""), MENDED_MS);
  },
  newSession: () => {
    screen.clear();
    screen.showNote(NEW_SESSION);
    connection.send("halo");
  },
  noCookies: () => screen.showNotice(NO_COOKIES, "broken"),
  refused: () => screen.showNote(REFUSED),
});

function say(words, text = words) {
  screen.showOwn(words);
  connection.send(text);
  waitForIdle();
}

function press(words, text) {
  screen.focusConversation();
  say(words, text);
}

async function leave() {
  screen.clear();
  screen.focusConversation();
  await connection.leave();
  connection.send("halo");
}

function submit() {
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  grow();
  say(text);
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

function waitForIdle() {
  clearTimeout(idle);
  idle = setTimeout(() => {
    screen.clear();
    screen.showNote(CLEARED);
  }, IDLE_MS);
}

// The letter's QR opens /chat#7KQ-2M9-XDM. What follows # stays in the browser, out of every log on the
// way, and goes from the address bar at once.
function takeCodeFromAddress() {
  const code = /^#(?:kode=)?([0-9A-Za-z-]{8,24})$/.exec(location.hash)?.[1];
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (code) say("Kode dari surat saya", code);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  field.focus();
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});

field.addEventListener("input", grow);

window.addEventListener("hashchange", takeCodeFromAddress);

// A page that is left keeps nothing, also where the browser would bring it back as it was.
window.addEventListener("pagehide", () => {
  screen.clear();
  field.value = "";
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

connection.listen();
connection.send("halo");
takeCodeFromAddress();
waitForIdle();
if (matchMedia("(hover: hover) and (pointer: fine)").matches) field.focus();
