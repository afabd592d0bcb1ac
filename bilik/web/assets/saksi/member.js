/* What a trustee does, with nothing but texts: what came from the panitia, and the key file. The
 * browser's half of bilik/services/trustee_member.py. What goes out again is public or sealed; the
 * secret never leaves these functions. */

import { sha256Hex } from "./bytes.js";
import * as ceremony from "./ceremony.js";
import { newSeed } from "./channels.js";
import * as files from "./files.js";
import * as group from "./group.js";
import * as keys from "./key.js";
import { Problem } from "./problem.js";
import * as shapes from "./shapes.js";
import * as tallies from "./tally.js";
import { publish, readGroup } from "./trustees.js";
import { encode } from "./wire.js";

/* A new key: its file, and the certificate for the panitia. */
export async function join({ invitation, name, passphrase }, tell) {
  keys.checkPassphrase(passphrase);
  const invited = files.received(shapes.invitation, invitation, "undangan saksi");
  if (!files.placeOf(invited, name)) throw new Problem("Nama Anda tidak ada di undangan.");
  const seed = newSeed();
  const cert = await ceremony.certify(seed);
  tell(0.5);
  const key = await keys.create(invited, name, cert, { seed }, passphrase);
  return { key, certificate: files.certificateFile(invited, name, cert) };
}

/* See that a saved key file is the one that was made, and that the passphrase opens it; its
 * certificate, which is to be sent. */
export async function prove({ key, passphrase, uuid, name }) {
  const file = ownFile(key, uuid, name);
  await keys.unlock(file, passphrase);
  return { certificate: files.certificateFile(file.invitation, file.name, file.cert) };
}

/* Whose a key file is, and whether its group is agreed. */
export function look({ key, uuid, name }) {
  const file = ownFile(key, uuid, name);
  const place = files.placeOf(file.invitation, file.name);
  return { name: file.name, place, title: file.invitation.title };
}

/* The check number of everyone's certificates, if this key's is among them at its place. */
export async function compare({ key, uuid, name, certificates }) {
  const file = ownFile(key, uuid, name);
  const certs = agreed(file, certificates);
  return { number: await files.certificatesNumber(file.invitation, certs) };
}

/* Shares of a fresh polynomial for everyone. */
export async function deal({ key, uuid, name, certificates, passphrase }, tell) {
  const file = ownFile(key, uuid, name);
  const certs = agreed(file, certificates);
  const { seed } = await keys.unlock(file, passphrase);
  const dealt = await ceremony.deal(seed, certs, file.invitation.threshold, tell);
  return { message: `${encode(dealt)}\n` };
}

/* The key that the shares for this trustee make, and the file that has it. */
export async function accept({ key, uuid, name, certificates, shares, passphrase }, tell) {
  const file = ownFile(key, uuid, name);
  const certs = agreed(file, certificates);
  const secret = await keys.unlock(file, passphrase);
  const vinput = files.received(shapes.vinput, shares, "titipan untuk Anda");
  const { threshold, names } = file.invitation;
  const made = await ceremony.accept(secret.seed, certs, vinput, threshold, names, tell);
  const whole = { seed: secret.seed, decryption_key: made.private_key };
  return {
    message: `${encode(made)}\n`,
    key: await keys.sealed(file, whole, passphrase, { certs }),
  };
}

/* See that the key still works: decrypt a made-up number, and check the proof of it. */
export async function rehearse({ key, uuid, name, published, own, passphrase }, tell) {
  const file = ownFile(key, uuid, name);
  const holders = await readGroup(published.trim(), (part) => tell(0.7 * part));
  const privateKey = await openedKey(file, await keys.unlock(file, passphrase), holders, own);
  const { public_key: publicKey } = await publish(privateKey);
  const [randomness, count] = [group.randomExponent(), 7n];
  const alpha = group.powerOfG(randomness);
  const beta = group.multiply(group.power(publicKey, randomness), group.powerOfG(count));
  const election = { uuid: file.invitation.uuid, name: "Latihan" };
  const tally = [[{ alpha, beta }]];
  const part = await tallies.decrypt(election, tally, privateKey, (one) => tell(0.7 + 0.3 * one));
  const [[factor]] = part.decryption_factors;
  const opened = group.multiply(beta, group.inverse(factor));
  if (opened !== group.powerOfG(count) || !(await tallies.holds(election, tally, publicKey, part))) {
    throw new Problem("Latihan gagal: kunci ini tidak bisa menghitung. Hubungi panitia.");
  }
  return { name: file.name };
}

/* What a tally says, and the number to compare; the key is not needed yet. */
export async function lookAtTally({ tally, uuid }, tell) {
  const received = await checkedTally(tally, uuid, tell);
  return {
    title: received.election.name,
    ballots: received.ballots,
    number: await files.checkNumber(encode(received)),
  };
}

/* This trustee's part of the count, and the key file that remembers which tally it was. */
export async function decrypt({ key, uuid, name, tally, own, passphrase }, tell) {
  const file = ownFile(key, uuid, name);
  const received = await checkedTally(tally, uuid, (part) => tell(0.5 * part));
  const digest = await sha256Hex(encode(received));
  if (file.tally !== undefined && file.tally !== digest) {
    throw new Problem(
      "Kunci ini sudah dipakai untuk hitungan lain, dan satu kunci hanya untuk satu hitungan. " +
        "Jangan lanjutkan: tanyakan dulu kepada panitia dan saksi lain.",
    );
  }
  ownPublicKey(file, received.holders);
  const secret = await keys.unlock(file, passphrase);
  const privateKey = await openedKey(file, secret, received.holders, own);
  const part = await tallies.decrypt(
    received.election, received.encrypted_tally, privateKey, (one) => tell(0.5 + 0.5 * one),
  );
  const place = files.placeOf(file.invitation, file.name);
  return {
    message: await files.shareFile(place, part),
    key: await keys.sealed(file, secret, passphrase, { tally: digest }),
  };
}

/* The key file, if it is for this election and, where it is known who sits here, for this trustee. */
function ownFile(text, uuid, name) {
  const file = keys.read(text);
  if (file.invitation.uuid !== uuid) {
    throw new Problem(
      `Berkas kunci itu untuk ${file.invitation.title}, atau dari pembuatan kunci yang dulu. Pilih ` +
        "berkas kunci untuk pemilihan ini.",
    );
  }
  if (name && files.label(file.name) !== files.label(name)) {
    throw new Problem(`Berkas kunci itu milik ${file.name}, bukan ${name}. Pilih berkas kunci Anda.`);
  }
  return file;
}

/* Everyone's certificates, as far as this trustee can tell the very ones that all agreed on. */
function agreed(file, text) {
  const certs = files.certificatesIn(text);
  const { names } = file.invitation;
  if (certs.length !== names.length) {
    throw new Problem(`Sertifikatnya ${certs.length}, padahal saksinya ${names.length}.`);
  }
  if (encode(certs[files.placeOf(file.invitation, file.name) - 1]) !== encode(file.cert)) {
    throw new Problem(
      "Sertifikat atas nama Anda di server bukan dari berkas kunci ini. Kalau Anda punya berkas " +
        "kunci lain, pilih yang itu. Kalau tidak, jangan lanjutkan: beri tahu panitia dan saksi lain.",
    );
  }
  if (file.certs !== undefined && encode(file.certs) !== encode(certs)) {
    throw new Problem(
      "Daftar saksi di server lain dari yang dulu Anda setujui. Jangan lanjutkan: beri tahu panitia " +
        "dan saksi lain.",
    );
  }
  return certs;
}

/* What was published as this trustee's, in the very group that the key was made for. */
function ownPublicKey(file, holders) {
  const { threshold, names } = file.invitation;
  const place = files.placeOf(file.invitation, file.name);
  const known = file.certs ?? holders.certs.map((one, at) => (at === place - 1 ? file.cert : one));
  if (
    holders.threshold !== threshold ||
    known.length !== names.length ||
    encode(holders.certs) !== encode(known)
  ) {
    throw new Problem(
      "Kunci ini dibuat bersama saksi lain, atau dengan ambang lain, bukan yang ada di server. " +
        "Jangan lanjutkan: beri tahu panitia dan saksi lain.",
    );
  }
  return holders.verification_keys[place - 1].public_key;
}

/* The private key: from the file or, where that was saved before the last step, from the trustee's
 * own message of then (`own`), which is encrypted to the trustee. */
async function openedKey(file, secret, holders, own) {
  const publicKey = ownPublicKey(file, holders);
  const sealed = secret.decryption_key ??
    (own && files.received(shapes.voutput, own, "kunci Anda").private_key);
  if (!sealed) throw new Problem("Kunci ini belum selesai dibuat. Hubungi panitia.");
  const privateKey = await ceremony.decryptionKey(secret.seed, sealed);
  if (group.powerOfG(privateKey) !== publicKey) {
    throw new Problem("Kunci ini bukan kunci yang diumumkan atas nama Anda. Hubungi panitia.");
  }
  return privateKey;
}

async function checkedTally(text, uuid, tell) {
  const received = files.received(shapes.tallyFile, text, "hitungan untuk saksi");
  const { election, encrypted_tally: tally, ballots } = received;
  if (election.uuid !== uuid || election.group !== group.NAME) {
    throw new Problem("Hitungan itu untuk pemilihan lain. Beri tahu panitia dan saksi lain.");
  }
  const holders = await readGroup(received.trustees, tell);
  if (holders.electionKey !== election.public_key) {
    throw new Problem("Kunci pemilihan bukan gabungan kunci saksi. Jangan lanjutkan.");
  }
  tallies.checkSum(election, tally, ballots);
  return Object.defineProperty(received, "holders", { value: holders });
}
