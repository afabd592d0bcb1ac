"use strict";

// Nothing of the chat is kept in the browser: the list on the page is all there is.
const log = document.getElementById("log");
const form = document.getElementById("form");
const field = document.getElementById("text");
const buttons = document.getElementById("buttons");
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
    const { answers, finished, buttons: offered } = await response.json();
    typing.remove();
    // The next person at this screen shall not see what the last one chose.
    if (finished) log.replaceChildren();
    answers.forEach((answer) => append(answer, "bilik"));
    offer(offered);
  } catch {
    typing.remove();
    append("Belum ada jawaban. Pesan mungkin sudah sampai; ketik status untuk memastikan.", "note");
  } finally {
    status.textContent = IDLE;
  }
}

// Only the newest buttons are valid, so only they are shown; typing says the same.
function offer(offered) {
  buttons.replaceChildren(
    ...offered.map(({ title, payload }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = title;
      button.addEventListener("click", () => {
        say(title, payload);
        log.focus(); // the button is gone; a phone's keyboard need not come up
      });
      return button;
    }),
  );
  buttons.hidden = !offered.length;
  log.scrollTop = log.scrollHeight;
}

function say(shown, text) {
  offer([]);
  append(shown, "own");
  queue = queue.then(() => ask(text)); // one at a time, in order
}

function send() {
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  resize();
  say(text, text);
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
