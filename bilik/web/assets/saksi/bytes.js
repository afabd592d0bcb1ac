/* Bytes, their hashes, and their hexadecimal form. */

import { Problem } from "./problem.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/* The UTF-8 bytes of a text. */
export const bytesOf = (text) => encoder.encode(text);

/* The text of UTF-8 bytes. */
export function textOf(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Problem("isinya bukan teks");
  }
}

/* SHA-256 of bytes, or of a text's. */
export async function sha256(content) {
  const bytes = typeof content === "string" ? bytesOf(content) : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export const sha256Hex = async (content) => toHex(await sha256(content));

/* SHA-256 in Base64 without padding: a fingerprint (specification, 4.15). */
export async function sha256Base64(content) {
  return btoa(String.fromCharCode(...(await sha256(content)))).replace(/=+$/, "");
}

export const toHex = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/* The bytes of a text in lower-case hexadecimal. */
export function fromHex(text) {
  if (text.length % 2 || !/^[0-9a-f]*$/.test(text)) throw new Problem("ada isian yang rusak");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
