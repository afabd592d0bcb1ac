"use strict";

// Nothing of the chat is kept in the browser: the list on the page is all there is.
const log = document.getElementById("log");
const form = document.getElementById("form");
const field = document.getElementById("text");
const status = document.getElementById("status");

const IDLE = "Bilik suara Anda";
let queue = Promise.resolve();

function append(text, kind) {
  const item = document.createElement("li");
  item.className = kind;
  // *Stars* are bold type; everything else is plain text.
  text.split(/(\*[^*\n]+\*)/).forEach((part) => {
    if (/^\*[^*\n]+\*$/.test(part)) {
      const strong = document.createElement("strong");
      strong.textContent = part.slice(1, -1);
      item.append(strong);
    } else if (part) {
      item.append(part);
    }
  });
  log.append(item);
  log.scrollTop = log.scrollHeight;
  return item;
}

async function ask(text) {
  const typing = append("", "typing");
  typing.setAttribute("aria-hidden", "true");
  status.textContent = "sedang menulis…";
  try {
    const response = await fetch("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text }),
    });
    if (!response.ok) throw new Error(String(response.status));
    const { answers, finished } = await response.json();
    typing.remove();
    // The next person at this screen shall not see what the last one chose.
    if (finished) log.replaceChildren();
    answers.forEach((answer) => append(answer, "bilik"));
  } catch {
    typing.remove();
    append("Belum ada jawaban. Pesan mungkin sudah sampai; ketik status untuk memastikan.", "note");
  } finally {
    status.textContent = IDLE;
  }
}

function send() {
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  resize();
  append(text, "own");
  queue = queue.then(() => ask(text)); // one at a time, in order
}

function resize() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
  field.focus();
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  }
});

field.addEventListener("input", resize);

queue = ask("halo");
field.focus();
