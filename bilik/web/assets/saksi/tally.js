/* A trustee's part of a decryption (specification, 4.18), as in bilik/belenios/tally.py. */

import { sha256Base64 } from "./bytes.js";
import * as group from "./group.js";
import { Problem } from "./problem.js";
import { encode } from "./wire.js";

/* The part, with a proof for every ciphertext. */
export async function decrypt(election, tally, privateKey, tell = () => {}) {
  const fingerprint = await sha256Base64(encode(election));
  const publicKey = group.powerOfG(privateKey);
  const total = tally.flat().length;
  const [factors, proofs] = [[], []];
  let done = 0;
  for (const row of tally) {
    const [ownFactors, ownProofs] = [[], []];
    for (const { alpha } of row) {
      const nonce = group.randomExponent();
      const commitments = `${group.powerOfG(nonce)},${group.power(alpha, nonce)}`;
      const challenge = await group.hashToExponent(
        `decrypt|${fingerprint}|${publicKey}|${commitments}`,
      );
      ownFactors.push(group.power(alpha, privateKey));
      ownProofs.push({ challenge, response: group.modulo(nonce - privateKey * challenge) });
      done += 1;
      tell(done / total);
    }
    factors.push(ownFactors);
    proofs.push(ownProofs);
  }
  return { decryption_factors: factors, decryption_proofs: proofs };
}

/* See that every part's proof holds under its trustee's public key. */
export async function holds(election, tally, publicKey, part) {
  const fingerprint = await sha256Base64(encode(election));
  for (const [i, row] of tally.entries()) {
    for (const [j, { alpha }] of row.entries()) {
      const factor = part.decryption_factors[i][j];
      const { challenge, response } = part.decryption_proofs[i][j];
      const one = group.multiply(group.powerOfG(response), group.power(publicKey, challenge));
      const other = group.multiply(group.power(alpha, response), group.power(factor, challenge));
      const hashed = await group.hashToExponent(
        `decrypt|${fingerprint}|${publicKey}|${one},${other}`,
      );
      if (!group.isMember(factor) || hashed !== challenge) return false;
    }
  }
  return true;
}

/* See that nothing but a sum of this election can be in the tally: a number outside the group,
 * raised to the private key, would give away a part of the key. */
export function checkSum(election, tally, ballots) {
  const shape = encode(election.questions.map((question) => question.answers.length + 1));
  if (encode(tally.map((row) => row.length)) !== shape || ballots < 0) {
    throw new Problem("Hitungan itu tidak sesuai dengan surat suara pemilihannya. Jangan lanjutkan.");
  }
  for (const { alpha, beta } of tally.flat()) {
    if (!group.isMember(alpha) || !group.isMember(beta)) {
      throw new Problem("Hitungan itu berisi bilangan yang tidak sah. Jangan lanjutkan.");
    }
  }
}
