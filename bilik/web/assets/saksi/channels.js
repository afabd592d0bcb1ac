/* Signed and encrypted messages between trustees (specification, 4.6.1 and 4.6.3), as in
 * bilik/belenios/channels.py. AES-CCM (RFC 3610), which browsers lack, is made of their CBC and CTR. */

import { bytesOf, fromHex, joined, sha256, textOf, toHex } from "./bytes.js";
import * as group from "./group.js";
import { Problem } from "./problem.js";
import { knows, proveKnowledge } from "./proofs.js";
import * as shapes from "./shapes.js";
import { decode, encode } from "./wire.js";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SEED_LENGTH = 22;
const BLOCK = 16;
const TAG_BYTES = 8;
const NONCE_BYTES = 13;
const MOST_TEXT_BYTES = 2 ** 16 - 1;

/* A fresh seed: 22 random symbols. */
export function newSeed() {
  let seed = "";
  while (seed.length < SEED_LENGTH) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    // The last of a byte's values would make some symbols likelier than others.
    if (byte < 256 - (256 % ALPHABET.length)) seed += ALPHABET[byte % ALPHABET.length];
  }
  return seed;
}

/* The two private keys that a seed stands for. */
export async function privateKeys(seed) {
  if (seed.length !== SEED_LENGTH || [...seed].some((symbol) => !ALPHABET.includes(symbol))) {
    throw new Problem("kunci saksi rusak");
  }
  return {
    signing: await group.hashToExponent(`sk|${seed}`),
    decryption: await group.hashToExponent(`dk|${seed}`),
  };
}

const signatureChallenge = (message) => (commitment) =>
  group.hashToExponent(`sigmsg|${message}|${commitment}`);

/* Sign a text. */
export async function sign(signing, message) {
  return { message, signature: await proveKnowledge(signing, signatureChallenge(message)) };
}

/* Whether a text was signed with the private half of `verification`. */
export const isSignedBy = (signed, verification) =>
  knows(signed.signature, verification, signatureChallenge(signed.message));

/* A text, signed and then encrypted to a recipient's encryption key. */
export async function send(signing, recipient, message) {
  const signed = encode(await sign(signing, encode({ recipient, message })));
  const [randomness, key] = [group.randomExponent(), group.randomExponent()];
  const alpha = group.powerOfG(randomness);
  const shared = group.powerOfG(key);
  const beta = group.multiply(group.power(recipient, randomness), shared);
  const data = await seal(shared, alpha, bytesOf(signed));
  return encode({ alpha, beta, data: toHex(data) });
}

/* The text that `sender` (a verification key) sent to the holder of `decryption`. */
export async function receive(decryption, sender, sealed) {
  const message = decode(shapes.encryptedMessage, sealed);
  if (!group.isMember(message.alpha) || !group.isMember(message.beta)) {
    throw new Problem("pesan antarsaksi bukan anggota grup");
  }
  const factor = group.power(message.alpha, group.Q - decryption);
  const shared = group.multiply(factor, message.beta);
  const plain = textOf(await unseal(shared, message.alpha, fromHex(message.data)));
  const signed = decode(shapes.signedMessage, plain);
  if (!(await isSignedBy(signed, sender))) {
    throw new Problem("pesan antarsaksi tidak ditandatangani oleh pengirimnya");
  }
  const channel = decode(shapes.channelMessage, signed.message);
  if (channel.recipient !== group.powerOfG(decryption)) {
    throw new Problem("pesan antarsaksi ditujukan kepada saksi lain");
  }
  return channel.message;
}

async function seal(shared, alpha, text) {
  const key = await sha256(`key|${shared}`);
  const nonce = await nonceOf(alpha);
  const tag = await tagOf(key, nonce, text);
  return withTagLast(await counted(key, nonce, joined(tag, text)));
}

async function unseal(shared, alpha, data) {
  const key = await sha256(`key|${shared}`);
  const nonce = await nonceOf(alpha);
  if (data.length < TAG_BYTES || data.length > MOST_TEXT_BYTES) throw damaged();
  const end = data.length - TAG_BYTES;
  const head = new Uint8Array(BLOCK);
  head.set(data.subarray(end));
  const plain = await counted(key, nonce, joined(head, data.subarray(0, end)));
  const text = plain.subarray(BLOCK);
  const tag = await tagOf(key, nonce, text);
  if (toHex(tag.subarray(0, TAG_BYTES)) !== toHex(plain.subarray(0, TAG_BYTES))) throw damaged();
  return text;
}

const damaged = () => new Problem("pesan antarsaksi rusak atau untuk saksi lain");

const nonceOf = async (alpha) => (await sha256(`iv|${alpha}`)).subarray(0, NONCE_BYTES);

/* The first block, which the tag is in, goes to the end. */
const withTagLast = (blocks) =>
  joined(blocks.subarray(BLOCK), blocks.subarray(0, TAG_BYTES));

/* CBC-MAC over the length and the text: the last block but the padding that browsers add. */
async function tagOf(bytes, nonce, text) {
  const key = await crypto.subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);
  const first = joined([8 * ((TAG_BYTES - 2) / 2) + 1], nonce, [text.length >> 8, text.length & 255]);
  const blocks = new Uint8Array(BLOCK * (1 + Math.ceil(text.length / BLOCK)));
  blocks.set(first);
  blocks.set(text, BLOCK);
  const iv = new Uint8Array(BLOCK);
  const chained = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, blocks));
  return chained.subarray(blocks.length - BLOCK, blocks.length);
}

/* Blocks with the key stream added, the first with that of counter 0. */
async function counted(bytes, nonce, blocks) {
  const key = await crypto.subtle.importKey("raw", bytes, "AES-CTR", false, ["encrypt"]);
  const counter = joined([1], nonce, [0, 0]);
  const how = { name: "AES-CTR", counter, length: 16 };
  return new Uint8Array(await crypto.subtle.encrypt(how, key, blocks));
}
