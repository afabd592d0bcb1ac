/* The files that trustees and the panitia hand each other, as in bilik/services/trustee_files.py. */

import { bytesOf, joined, sha256, sha256Hex, toHex } from "./bytes.js";
import { Problem } from "./problem.js";
import * as shapes from "./shapes.js";
import { decode, encode } from "./wire.js";

const CERTIFICATE = "bilik/sertifikat-saksi/1";
const DIGITS = 30;
const ITERATIONS = 1_000_000;

/* A name as it stands in names of files. */
export const label = (name) =>
  name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");

/* The number of the trustee of that name in an invitation; 0 if there is none. */
export const placeOf = (invitation, name) =>
  1 + invitation.names.map(label).indexOf(label(name));

/* A message from the panitia; `what` is it called. */
export function received(shape, text, what) {
  try {
    return decode(shape, text.trim());
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    throw new Problem(`Yang datang dari server bukan ${what}: ${problem.message}. Beri tahu panitia.`);
  }
}

/* Everyone's certificates, one a line. */
export const certificatesIn = (text) =>
  text.trim().split("\n").map((line) => received(shapes.signedMessage, line, "sertifikat saksi"));

/* What a trustee joins with. */
export const certificateFile = (invitation, name, cert) =>
  `${encode({ kind: CERTIFICATE, invitation, name, cert })}\n`;

/* A trustee's part of the count. */
export async function shareFile(owner, decryption) {
  const text = encode(decryption);
  const payload = await sha256Hex(text);
  return `${text}\n${encode({ owner, payload })}\n`;
}

/* 30 digits to be compared aloud; see `check_number` in trustee_files.py for what they withstand. */
export async function checkNumber(...parts) {
  const digests = joined(...(await Promise.all(parts.map(sha256))));
  const key = await crypto.subtle.importKey("raw", digests, "PBKDF2", false, ["deriveBits"]);
  const salt = bytesOf("bilik/angka-periksa/2");
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS }, key, 256,
  );
  const number = BigInt(`0x${toHex(new Uint8Array(bits))}`) % 10n ** BigInt(DIGITS);
  return number.toString().padStart(DIGITS, "0").match(/.{5}/g).join(" ");
}

/* The check number of a group about to make its key. */
export const certificatesNumber = (invitation, certs) =>
  checkNumber(encode(invitation), certs.map((cert) => `${encode(cert)}\n`).join(""));
