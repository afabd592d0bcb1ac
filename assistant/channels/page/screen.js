// What is on the screen. It is nowhere else: no storage, no history, and `clear` leaves nothing.

const log = document.getElementById("log");
const scroller = document.getElementById("scroller");
const typing = document.getElementById("typing");
const notice = document.getElementById("notice");
const election = document.getElementById("election");

const PERSON = { own: "Anda", bilik: "Bilik" };

// The ways to answer that can still be pressed: single-use ones of one answer, and cards.
let current = [];

export function clear() {
  log.replaceChildren();
  current = [];
}

export function showOwn(text) {
  append(bubble("own", text));
  scrollToEnd();
}

export function showNote(text) {
  append(element("p", "note", text));
  scrollToEnd();
}

// One batch of answers. `press(words, payload)` is called for what the voter presses; `leave` for
// the button under a finished vote.
export function showBatch(batch, press, leave) {
  if (batch.finished) clear();
  const cards = batch.messages.filter((message) => message.candidates);
  const buttons = batch.messages.flatMap((message) => message.buttons);
  if (cards.length || buttons.length) retire();
  const forCards = cards.length === 1 ? numbered(buttons) : new Map();
  const taken = new Set();
  const shown = batch.messages.map((message) => {
    if (message.election) entitle(message.election);
    if (!message.candidates) return append(bubble("bilik", message.text));
    return append(ballot(message.candidates, (card) => {
      const button = forCards.get(card.number);
      if (button) taken.add(button);
      return button;
    }, press));
  });
  const left = buttons.filter((button) => !taken.has(button));
  if (left.length) append(replies(left, press));
  if (batch.finished) append(farewell(shown, leave));
  scrollTo(shown[0]);
}

export function showTyping(isTyping) {
  typing.hidden = !isTyping;
  if (isTyping) scrollToEnd();
}

export function showNotice(text, kind) {
  notice.className = text ? kind : "";
  notice.textContent = text;
}

// Keyboards on phones open with the focus on the field; this one stays where it is read.
export function focusConversation() {
  scroller.focus({ preventScroll: true });
}

function entitle(title) {
  election.textContent = title;
  document.title = `${title} – Bilik`;
}

function bubble(who, text) {
  const item = element("div", `bubble ${who}`);
  item.append(element("span", "unseen", `${PERSON[who]}: `), ...bold(text));
  return item;
}

// *Stars* are bold type; everything else is plain text.
function bold(text) {
  return text.split(/(\*[^*\n]+\*)/).filter(Boolean).map((part) =>
    /^\*[^*\n]+\*$/.test(part) ? element("strong", "", part.slice(1, -1)) : part,
  );
}

function ballot(candidates, buttonOf, press) {
  const contest = candidates[0].contest;
  const paper = element("div", "ballot");
  const heading = element("p", "contest");
  heading.append("Calon ", element("strong", "", contest));
  const cards = element("div", "cards");
  cards.setAttribute("role", "group");
  cards.setAttribute("aria-label", `Calon ${contest}`);
  cards.append(...candidates.map((one) => card(one, buttonOf(one), press)));
  paper.append(element("span", "unseen", "Bilik: "), heading, cards);
  return paper;
}

function card(candidate, button, press) {
  const words = button?.title ?? candidate.says;
  const item = element(words ? "button" : "div", "card");
  const number = element("span", "number");
  number.append(element("span", "unseen", "Nomor "), String(candidate.number));
  item.append(number, picture(candidate), element("span", "name", candidate.name));
  if (words) {
    item.type = "button";
    item.addEventListener("click", () => choose(words, button?.payload, press));
    current.push(item);
  }
  return item;
}

function picture(candidate) {
  const frame = element("span", "picture");
  frame.setAttribute("aria-hidden", "true");
  if (candidate.empty_box) {
    frame.append(drawing("empty-box", "0 0 48 48"));
  } else {
    frame.append(...candidate.initials.map((letters, at) => portrait(letters, candidate.photos?.[at])));
  }
  return frame;
}

/** A photo; letters where there is none, or it does not arrive. */
function portrait(letters, photo) {
  const drawn = element("span", "initials", letters);
  if (!photo) {
    return drawn;
  }
  const image = element("img", "initials");
  image.alt = "";
  image.addEventListener("error", () => image.replaceWith(drawn));
  image.src = `/chat/foto/${photo}`;
  return image;
}

function replies(buttons, press) {
  const row = element("div", "replies");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Pilihan jawaban");
  for (const { title, payload } of buttons) {
    const button = element("button", "reply", title);
    button.type = "button";
    button.addEventListener("click", () => choose(title, payload, press));
    row.append(button);
  }
  current.push(row);
  return row;
}

function choose(words, payload, press) {
  if (payload) retire(); // it can be pressed once
  press(words, payload ?? words);
}

function retire() {
  for (const item of current) {
    if (item.matches(".card")) item.disabled = true;
    else item.remove();
  }
  current = [];
}

// Buttons that begin with a candidate's number, which the candidate's card stands for.
function numbered(buttons) {
  const found = new Map();
  for (const button of buttons) {
    const number = /^\s*(?:nomor\s+)?(\d+)\b/i.exec(button.title)?.[1];
    if (number && !found.has(Number(number))) found.set(Number(number), button);
  }
  return found;
}

function farewell(shown, leave) {
  const panel = element("div", "farewell");
  const button = element("button", "primary", "Hapus percakapan ini");
  button.type = "button";
  button.addEventListener("click", leave);
  panel.append(drawing("inked-finger", "0 0 96 96"), ...shown, button);
  return panel;
}

function drawing(name, viewBox) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

function element(tag, className, text = "") {
  const item = document.createElement(tag);
  item.className = className;
  item.textContent = text;
  return item;
}

function append(item) {
  log.append(item);
  return item;
}

function scrollToEnd() {
  (typing.hidden ? log.lastElementChild : typing)?.scrollIntoView({ block: "end" });
}

// The end, but never so far that the beginning of an answer is out of sight.
function scrollTo(first) {
  scrollToEnd();
  const top = Math.max(0, scroller.getBoundingClientRect().top);
  if (first && first.getBoundingClientRect().top < top) first.scrollIntoView({ block: "start" });
}
