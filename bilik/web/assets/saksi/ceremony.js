/* How a group of trustees makes its key (specification, 3.1.1 and 4.6), a trustee's steps of it, as in
 * bilik/belenios/ceremony.py. */

import * as channels from "./channels.js";
import * as group from "./group.js";
import { Problem } from "./problem.js";
import * as shapes from "./shapes.js";
import { evaluate, publish, readCertificate, readCoefexps } from "./trustees.js";
import { decode, encode } from "./wire.js";

/* Step 1: the certificate of a seed. */
export async function certify(seed) {
  const keys = await channels.privateKeys(seed);
  return channels.sign(keys.signing, encode(publicHalves(keys)));
}

/* The keys of all certificates, which must be of different trustees. */
export async function gather(certs, tell = () => {}) {
  const members = [];
  for (const cert of certs) {
    members.push(await readCertificate(cert));
    tell(members.length / certs.length);
  }
  if (new Set(members.map((member) => member.verification)).size < members.length) {
    throw new Problem("ada sertifikat saksi yang sama");
  }
  return members;
}

/* Step 3: a fresh polynomial of degree `threshold - 1`, shared out to all. */
export async function deal(seed, certs, threshold, tell = () => {}) {
  const members = await gather(certs, (part) => tell(part / 2));
  const { signing, own } = await ownKeys(seed, members);
  const coefficients = Array.from({ length: threshold }, group.randomExponent);
  const secrets = [];
  for (const [at, member] of members.entries()) {
    const text = encode({ secret: valueAt(coefficients, at + 1) });
    secrets.push(await channels.send(signing, member.encryption, text));
    tell(0.5 + secrets.length / members.length / 2);
  }
  const text = encode({ polynomial: coefficients });
  return {
    polynomial: await channels.send(signing, own.encryption, text),
    secrets,
    coefexps: await channels.sign(signing, encode({ coefexps: coefficients.map(group.powerOfG) })),
  };
}

/* Step 5: check every share against its dealer's public half, and add them up. `names` are the
 * dealers', for the line that says whose share is wrong. */
export async function accept(seed, certs, vinput, threshold, names, tell = () => {}) {
  const members = await gather(certs, (part) => tell(part / 2));
  const { signing, decryption, own, place } = await ownKeys(seed, members);
  const polynomial = decode(
    shapes.polynomialText,
    await channels.receive(decryption, own.verification, vinput.polynomial),
  ).polynomial;
  if (vinput.secrets.length !== members.length || vinput.coefexps.length !== members.length) {
    throw new Problem("jumlah bagian kunci tidak sama dengan jumlah sertifikat");
  }
  const published = await readCoefexps(vinput.coefexps[place - 1], own, threshold);
  if (encode(published) !== encode(polynomial.map(group.powerOfG))) {
    throw new Problem("polinom yang diterima bukan polinom saksi ini");
  }
  let total = 0n;
  for (const [at, dealer] of members.entries()) {
    try {
      const text = await channels.receive(decryption, dealer.verification, vinput.secrets[at]);
      const share = decode(shapes.secretText, text).secret % group.Q;
      const coefexps = await readCoefexps(vinput.coefexps[at], dealer, threshold);
      if (group.powerOfG(share) !== evaluate(coefexps, place)) {
        throw new Problem("bagian kunci tidak sesuai dengan polinom pembuatnya");
      }
      total = group.modulo(total + share);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      throw new Problem(
        `Titipan dari ${names[at]} untuk Anda rusak: ${problem.message}. Beri tahu panitia.`,
      );
    }
    tell(0.5 + (at + 1) / members.length / 2);
  }
  return {
    private_key: await channels.send(signing, own.encryption, encode({ decryption_key: total })),
    public_key: await publish(total),
  };
}

/* What a member decrypts with, from the seed and the encrypted key of step 5. */
export async function decryptionKey(seed, privateKey) {
  const keys = await channels.privateKeys(seed);
  const text = await channels.receive(
    keys.decryption, group.powerOfG(keys.signing), privateKey,
  );
  return decode(shapes.decryptionKeyText, text).decryption_key % group.Q;
}

const publicHalves = (keys) => ({
  verification: group.powerOfG(keys.signing),
  encryption: group.powerOfG(keys.decryption),
});

async function ownKeys(seed, members) {
  const keys = await channels.privateKeys(seed);
  const own = publicHalves(keys);
  const place = 1 + members.findIndex(
    (member) =>
      member.verification === own.verification && member.encryption === own.encryption,
  );
  if (!place) throw new Problem("kunci saksi ini tidak ada di antara sertifikat");
  return { ...keys, own, place };
}

function valueAt(coefficients, place) {
  return coefficients.reduceRight(
    (value, coefficient) => group.modulo(value * BigInt(place) + coefficient), 0n,
  );
}
