// Messages to Bilik, one at a time and in order, and its answers, each shown once.
//
// A message that got no answer is sent again under the same name; Bilik knows it by that. What comes
// without being asked comes over server-sent events, and their silence tells that the line is broken.

const ALIVE_MS = 45_000; // Bilik says every 20 seconds that it is there
const ANSWER_MS = 25_000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
const REMEMBERED = 30;

export class Connection {
  #queue = [];
  #seen = [];
  #working = false;
  #source = null;
  #silence = 0;
  #failures = 0;
  #wake = () => {};
  #renewed = false;
  #on;

  // `on` has: batch(batch), online(), offline(), working(bool), newSession(), noCookies(), refused().
  constructor(on) {
    this.#on = on;
    window.addEventListener("online", () => this.#again());
    window.addEventListener("offline", () => on.offline());
  }

  get isWaiting() {
    return this.#queue.length > 0;
  }

  listen() {
    this.#source?.close();
    this.#source = new EventSource("/chat/events");
    this.#source.addEventListener("alive", () => this.#alive());
    this.#source.addEventListener("message", (event) => {
      this.#alive();
      this.#show(JSON.parse(event.data));
    });
    this.#source.addEventListener("error", () => this.#broken());
    this.#listenForSilence();
  }

  // Words written before the last answer was there are `early`: a yes among them means nothing yet.
  send(text) {
    this.#queue.push({ name: randomName(), text, early: this.isWaiting, seen: [...this.#seen] });
    if (!this.#working) this.#work();
  }

  // Whoever comes next is somebody else.
  async leave() {
    this.#queue = [];
    this.#seen = [];
    await post("/chat/leave", {}).catch(() => {});
    this.listen();
  }

  async #work() {
    this.#working = true;
    while (this.#queue.length) {
      this.#on.working(true);
      await this.#deliver(this.#queue[0]);
    }
    this.#working = false;
    this.#on.working(false);
  }

  async #deliver(message) {
    let response, batches;
    try {
      // Whoever leaves right after a yes has said it all the same: the browser sends it to the end.
      response = await post("/chat/messages", message, true);
      if (response.ok) ({ batches } = await response.json());
    } catch {
      response = null; // no connection, or it broke
    }
    if (message !== this.#queue[0]) return; // the screen was cleared meanwhile
    if (batches) {
      this.#queue.shift();
      this.#renewed = false;
      this.#good();
      batches.forEach((batch) => this.#show(batch));
    } else if (response?.status === 403) {
      await this.#renew();
    } else if (response && response.status < 500 && response.status !== 429) {
      this.#queue.shift();
      this.#on.refused();
    } else {
      this.#on.working(false);
      this.#on.offline();
      await this.#pause();
    }
  }

  // The cookie is gone, and with it all that Bilik knew of this chat.
  async #renew() {
    this.#queue = [];
    this.#seen = [];
    if (this.#renewed) return this.#on.noCookies();
    this.#renewed = true;
    await fetch("/chat", { cache: "no-store" }).catch(() => {});
    this.listen();
    this.#on.newSession();
  }

  #show(batch) {
    if (!this.#seen.includes(batch.name)) {
      this.#seen = [...this.#seen, batch.name].slice(-REMEMBERED);
      this.#on.batch(batch);
    }
    post("/chat/seen", { seen: [batch.name] }, true).catch(() => {}); // it stands in the next message too
  }

  #alive() {
    this.#good();
    this.#listenForSilence();
    this.#wake();
  }

  #good() {
    this.#failures = 0;
    this.#on.online();
  }

  #broken() {
    this.#source.close();
    clearTimeout(this.#silence);
    this.#on.offline();
    this.#silence = setTimeout(() => this.listen(), this.#nextPause());
  }

  #listenForSilence() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#broken(), ALIVE_MS);
  }

  #again() {
    this.listen();
    this.#wake();
  }

  #pause() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#nextPause());
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  // Longer with each failure, and never the same for all: a server that starts is not stormed.
  #nextPause() {
    const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)];
    this.#failures += 1;
    return pause * (0.75 + Math.random() / 2);
  }
}

function post(path, content, keepalive = false) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
    cache: "no-store",
    keepalive,
    signal: timeLimit(ANSWER_MS),
  });
}

function timeLimit(milliseconds) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), milliseconds);
  return limit.signal;
}

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
