/* Long sums are done by a worker, so that the page stays quick. */

import { Problem } from "./problem.js";

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let last = 0;

worker.addEventListener("message", ({ data: { number, part, problem, result } }) => {
  const { tell, resolve, reject } = waiting.get(number);
  if (part !== undefined) {
    tell(part);
    return;
  }
  waiting.delete(number);
  if (problem === undefined) resolve(result);
  else reject(new Problem(problem));
});

worker.addEventListener("error", () => {
  const problem = "Peramban ini terlalu lama. Pakai Chrome, Firefox, atau Safari yang baru.";
  for (const { reject } of waiting.values()) reject(new Problem(problem));
  waiting.clear();
});

/* One of the functions of member.js; `tell` hears how much of it is done, from 0 to 1. */
export function done(task, details, tell = () => {}) {
  last += 1;
  return new Promise((resolve, reject) => {
    waiting.set(last, { tell, resolve, reject });
    worker.postMessage({ number: last, task, details });
  });
}
