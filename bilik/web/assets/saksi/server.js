/* What the page fetches from the server and hands in there. */

import { Problem } from "./problem.js";

const page = location.pathname.replace(/\/+$/, "");
/* The end of the personal link, which stands behind the # and so is in no log on the way. */
const link = location.hash.slice(1);
const headers = link ? { Authorization: `Bearer ${link}` } : {};

/* How things stand. */
export const standing = async () => (await asked("keadaan")).json();

/* Something that the trustee needs next. */
export const fetched = async (name) => (await asked(`berkas/${name}`)).text();

/* Hand a message in; what came of it. */
export const sent = async (message) =>
  (await (await asked("kirim", { method: "POST", body: message })).json()).line;

async function asked(address, how = {}) {
  let answer;
  try {
    answer = await fetch(`${page}/${address}`, { cache: "no-store", ...how, headers });
  } catch {
    throw new Problem("Server tidak terjangkau. Periksa sambungan internet, lalu coba lagi.");
  }
  if (!answer.ok) throw new Problem(await lineIn(answer));
  return answer;
}

async function lineIn(answer) {
  try {
    return (await answer.json()).line;
  } catch {
    return "Server sedang tidak bisa menjawab. Coba sebentar lagi.";
  }
}
