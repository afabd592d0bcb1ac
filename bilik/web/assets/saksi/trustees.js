/* Who holds an election's key (specification, 4.6.7 and 4.7), as in bilik/belenios/trustees.py. */

import { isSignedBy } from "./channels.js";
import * as group from "./group.js";
import { Problem } from "./problem.js";
import { knows, proveKnowledge } from "./proofs.js";
import * as shapes from "./shapes.js";
import { decode } from "./wire.js";

const pokChallenge = (publicKey) => (commitment) =>
  group.hashToExponent(`pok|${group.NAME}|${publicKey}|${commitment}`);

/* The public half of a private key, with the proof that it is known. */
export async function publish(privateKey) {
  const publicKey = group.powerOfG(privateKey);
  const pok = await proveKnowledge(privateKey, pokChallenge(publicKey));
  return { pok, public_key: publicKey };
}

/* The keys in a member's certificate. */
export async function readCertificate(cert) {
  const keys = decode(shapes.certificateKeys, cert.message);
  if (!group.isMember(keys.verification) || !group.isMember(keys.encryption)) {
    throw new Problem("kunci dalam sertifikat saksi bukan anggota grup");
  }
  if (!(await isSignedBy(cert, keys.verification))) {
    throw new Problem("sertifikat saksi tidak ditandatangani dengan kuncinya sendiri");
  }
  return keys;
}

/* The public half of a member's polynomial. */
export async function readCoefexps(signed, author, threshold) {
  if (!(await isSignedBy(signed, author.verification))) {
    throw new Problem("polinom saksi tidak ditandatangani olehnya");
  }
  const { coefexps } = decode(shapes.coefexps, signed.message);
  if (coefexps.length !== threshold || !coefexps.every(group.isMember)) {
    throw new Problem("polinom saksi tidak sesuai dengan ambangnya");
  }
  return coefexps;
}

/* G to the power of the polynomial's value at `place`. */
export function evaluate(coefexps, place) {
  const at = BigInt(place);
  return coefexps.reduceRight((value, coefexp) =>
    group.multiply(group.power(value, at), coefexp),
  );
}

/* The one group that holds a key, from its published form, with everything in it verified. */
export async function readGroup(text, tell = () => {}) {
  const items = decode(shapes.trustees, text);
  if (items.length !== 1) throw new Problem("kunci itu tidak dipegang bersama oleh saksi");
  const [[, item]] = items;
  const members = item.certs.length;
  if (item.coefexps.length !== members || item.verification_keys.length !== members) {
    throw new Problem("jumlah sertifikat, polinom dan kunci saksi tidak sama");
  }
  if (item.threshold < 1 || item.threshold > members) {
    throw new Problem("ambang saksi tidak sesuai jumlahnya");
  }
  const parts = [];
  for (let at = 0; at < members; at += 1) {
    const author = await readCertificate(item.certs[at]);
    parts.push(await readCoefexps(item.coefexps[at], author, item.threshold));
    tell((at + 1) / (2 * members));
  }
  const coefexps = parts[0].map((_, row) => group.product(parts.map((part) => part[row])));
  for (let at = 0; at < members; at += 1) {
    const { pok, public_key: key } = item.verification_keys[at];
    if (!group.isMember(key) || !(await knows(pok, key, pokChallenge(key)))) {
      throw new Problem("bukti kunci publik saksi tidak berlaku");
    }
    if (key !== evaluate(coefexps, at + 1)) {
      throw new Problem("kunci publik saksi tidak sesuai dengan polinomnya");
    }
    tell((members + at + 1) / (2 * members));
  }
  return { ...item, electionKey: coefexps[0] };
}
