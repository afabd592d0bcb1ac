/* Does the long sums beside the page, which stays quick: one task after another. */

import * as member from "./member.js";
import { Problem } from "./problem.js";

const UNEXPECTED = "Ada yang tidak beres di halaman ini. Muat ulang halamannya, lalu coba lagi.";

addEventListener("message", async ({ data: { number, task, details } }) => {
  const tell = (part) => postMessage({ number, part });
  try {
    postMessage({ number, result: await member[task](details, tell) });
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    postMessage({ number, problem: error instanceof Problem ? error.message : UNEXPECTED });
  }
});
