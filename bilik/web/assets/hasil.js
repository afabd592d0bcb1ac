/* Keeps an open page up to date: figures as they come, and all of it when more than figures change. */
"use strict";

(() => {
  const BROKEN_MS = 30000;
  const SPREAD_MS = 3000;
  const news = document.getElementById("kabar");
  let board = document.getElementById("papan");
  let stream = null;
  let waiting = 0;

  const write = (figures, lengths) => {
    for (const place of board.querySelectorAll("[data-angka]")) {
      const text = figures[place.dataset.angka];
      if (text !== undefined && place.textContent !== text) place.textContent = text;
    }
    for (const bar of board.querySelectorAll("[data-lebar]")) {
      const length = lengths[bar.dataset.lebar];
      if (length !== undefined) bar.setAttribute("width", length);
    }
  };

  /* Fetches the page itself again. At the count all open pages do: not all in the same moment. */
  const renew = (delay) => {
    if (waiting) return;
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(board.dataset.alamat, { cache: "no-cache" });
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("papan");
        if (!fresh) return;
        document.title = page.title;
        const before = board.querySelector(".phase").textContent;
        board.replaceWith(fresh);
        board = fresh;
        const now = board.querySelector(".phase").textContent;
        if (now !== before) news.textContent = now;
      } catch {
        /* Without a connection the next event or the next try brings it. */
      } finally {
        waiting = 0;
      }
    }, delay);
  };

  const hear = (event) => {
    const said = JSON.parse(event.data);
    if (said.bentuk === board.dataset.bentuk) write(said.angka, said.lebar);
    else renew(Math.random() * SPREAD_MS);
  };

  const listen = () => {
    if (stream || document.hidden) return;
    stream = new EventSource(`${board.dataset.alamat}/peristiwa`);
    stream.addEventListener("angka", hear);
    stream.addEventListener("error", () => {
      /* A broken connection is made again by the browser; a refused one is not. */
      if (stream && stream.readyState === EventSource.CLOSED) {
        stream = null;
        renew(0);
        setTimeout(listen, BROKEN_MS);
      }
    });
  };

  const rest = () => {
    if (stream) stream.close();
    stream = null;
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", listen);
  document.getElementById("dengan-tangan").hidden = true;
  document.getElementById("sendiri").hidden = false;
  listen();
})();
