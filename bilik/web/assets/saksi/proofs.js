/* Proofs of knowledge (specification, 4.5, 4.6.1), as in bilik/belenios/proofs.py. */

import { modulo, multiply, power, powerOfG, randomExponent } from "./group.js";

/* Prove to know `secret`; `challengeOf` hashes the commitment. */
export async function proveKnowledge(secret, challengeOf) {
  const nonce = randomExponent();
  const challenge = await challengeOf(powerOfG(nonce));
  return { challenge, response: modulo(nonce - secret * challenge) };
}

/* Whether a proof shows knowledge of the exponent of `element`. */
export async function knows(proof, element, challengeOf) {
  const commitment = multiply(powerOfG(proof.response), power(element, proof.challenge));
  return (await challengeOf(commitment)) === proof.challenge;
}
