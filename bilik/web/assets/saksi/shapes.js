/* The messages of the specification and the files of bilik/services/trustee_files.py. */

import { P, Q } from "./group.js";
import { boolean, integer, list, natural, record, string, tagged } from "./wire.js";

export const element = natural(P);
export const exponent = natural(Q);
/* A value of a polynomial, which not every program reduces modulo Q. */
const share = natural(1n << 512n);

export const proof = record({ challenge: exponent, response: exponent });
export const signedMessage = record({ message: string, signature: proof });
export const encryptedMessage = record({ alpha: element, beta: element, data: string });
export const channelMessage = record({ recipient: element, message: string });

export const certificateKeys = record({ verification: element, encryption: element });
export const coefexps = record({ coefexps: list(element) });
export const polynomialText = record({ polynomial: list(exponent) });
export const secretText = record({ secret: share });
export const decryptionKeyText = record({ decryption_key: share });

const publicKey = record({ pok: proof, public_key: element });
export const vinput = record({
  polynomial: string,
  secrets: list(string),
  coefexps: list(signedMessage),
});
export const voutput = record({ private_key: string, public_key: publicKey });
const threshold = record({
  threshold: integer,
  certs: list(signedMessage),
  coefexps: list(signedMessage),
  verification_keys: list(publicKey),
});
export const trustees = list(tagged("Pedersen", threshold));

const question = record({
  answers: list(string),
  blank: boolean,
  min: integer,
  max: integer,
  question: string,
});
export const election = record(
  {
    version: integer,
    description: string,
    name: string,
    group: string,
    public_key: element,
    questions: list(question),
    uuid: string,
    administrator: string,
    credential_authority: string,
  },
  ["administrator", "credential_authority"],
);
const ciphertext = record({ alpha: element, beta: element });
export const encryptedTally = list(list(ciphertext));
export const partialDecryption = record({
  decryption_factors: list(list(element)),
  decryption_proofs: list(list(proof)),
});

export const invitation = record({
  kind: string,
  uuid: string,
  title: string,
  threshold: integer,
  names: list(string),
});
export const tallyFile = record({
  kind: string,
  election,
  trustees: string,
  encrypted_tally: encryptedTally,
  ballots: integer,
});

export const secret = record({ seed: string, decryption_key: string }, ["decryption_key"]);
const stretching = record(
  { algorithm: string, memory_kib: integer, passes: integer, iterations: integer, salt: string },
  ["memory_kib", "passes", "iterations"],
);
export const keyFile = record(
  {
    kind: string,
    invitation,
    name: string,
    cert: signedMessage,
    stretching,
    sealed: string,
    certs: list(signedMessage),
    tally: string,
  },
  ["certs", "tally"],
);
