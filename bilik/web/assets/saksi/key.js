/* A trustee's key file, the same as bilik/services/trustee_key.py reads and writes: the secret under
 * AES-256-GCM with a key that PBKDF2-HMAC-SHA-256 makes of the passphrase; everything else in the file
 * is authenticated along. */

import { bytesOf, fromHex, joined, textOf, toHex } from "./bytes.js";
import { placeOf } from "./files.js";
import { Problem } from "./problem.js";
import * as shapes from "./shapes.js";
import { decode, encode } from "./wire.js";

export const SHORTEST_PASSPHRASE = 12;

const KIND = "bilik/kunci-saksi/1";
const ALGORITHM = "pbkdf2-hmac-sha-256";
const OF_BEFORE = "argon2id";
const ITERATIONS = 1_000_000;
const FEWEST_ITERATIONS = 600_000;
const MOST_ITERATIONS = 20_000_000;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
/* What Python calls white space, so that both strip the same off a passphrase. */
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const AROUND = new RegExp(`^${BLANK}|${BLANK}$`, "g");

/* A new key file, as text. */
export function create(invitation, name, cert, secret, passphrase) {
  checkPassphrase(passphrase);
  return sealed({ kind: KIND, invitation, name, cert }, secret, passphrase);
}

/* What a key file says without its passphrase. */
export function read(text) {
  let file;
  try {
    file = decode(shapes.keyFile, text.trim());
    if (file.kind !== KIND || !placeOf(file.invitation, file.name)) throw new Problem("");
    fromHex(file.sealed);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    throw new Problem(
      "Itu bukan berkas kunci saksi, atau isinya sudah rusak. Pilih berkas yang berakhiran .kunci.",
    );
  }
  const { algorithm, iterations, salt } = file.stretching;
  if (algorithm === OF_BEFORE) {
    throw new Problem(
      "Berkas kunci ini hanya bisa dibuka di terminal. Di komputer Anda jalankan `bilik trustees " +
        "repack`, lalu pilih lagi berkasnya di sini.",
    );
  }
  const usable = iterations >= FEWEST_ITERATIONS && iterations <= MOST_ITERATIONS;
  if (algorithm !== ALGORITHM || !usable || fromHex(salt).length !== SALT_BYTES) {
    throw new Problem("Isi berkas kunci ini sudah rusak. Pakai salinannya.");
  }
  return file;
}

/* The secret in a key file. */
export async function unlock(file, passphrase) {
  const whole = fromHex(file.sealed);
  const key = await stretched(passphrase, file.stretching);
  let plain;
  try {
    plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: whole.subarray(0, NONCE_BYTES), additionalData: context(file) },
      key,
      whole.subarray(NONCE_BYTES),
    );
  } catch {
    throw new Problem(
      "Kata sandi itu bukan untuk berkas ini. Periksa huruf besar-kecilnya, lalu coba lagi " +
        "pelan-pelan; boleh berkali-kali.",
    );
  }
  return decode(shapes.secret, textOf(new Uint8Array(plain)));
}

/* The file of a secret, as text; `changes` are fields of the file that become other ones. */
export async function sealed(file, secret, passphrase, changes = {}) {
  const salt = toHex(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
  const stretching = { algorithm: ALGORITHM, iterations: ITERATIONS, salt };
  const fresh = inOrder({ ...file, ...changes, stretching, sealed: "" });
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const hidden = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: context(fresh) },
    await stretched(passphrase, stretching),
    bytesOf(encode(secret)),
  );
  return `${encode({ ...fresh, sealed: toHex(joined(iv, new Uint8Array(hidden))) })}\n`;
}

export function checkPassphrase(passphrase) {
  if ([...spelt(passphrase)].length < SHORTEST_PASSPHRASE) {
    throw new Problem(
      `Kata sandi terlalu pendek: paling sedikit ${SHORTEST_PASSPHRASE} karakter. Empat kata yang ` +
        "tidak berhubungan mudah diingat dan sulit ditebak.",
    );
  }
}

const context = (file) => bytesOf(encode({ ...file, sealed: "" }));

const inOrder = (file) => ({
  kind: file.kind,
  invitation: file.invitation,
  name: file.name,
  cert: file.cert,
  stretching: file.stretching,
  sealed: file.sealed,
  certs: file.certs,
  tally: file.tally,
});

async function stretched(passphrase, { salt, iterations }) {
  const password = bytesOf(spelt(passphrase));
  const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: fromHex(salt), iterations },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

/* The same letters in the same bytes, whatever keyboard they were typed on. */
const spelt = (passphrase) => passphrase.normalize("NFC").replace(AROUND, "");
