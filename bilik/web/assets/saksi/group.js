/* The group BELENIOS-2048 (specification, 5.1), as in bilik/belenios/group.py.
 *
 * Elements are BigInts modulo P, exponents BigInts modulo Q. The time of a power depends on the
 * exponent: whoever can measure this browser that closely sees the passphrase as it is typed. */

import { sha256 } from "./bytes.js";

export const NAME = "BELENIOS-2048";
export const P = BigInt(
  "2069478569142254640101364365750500806492298929575110409710088478705737421924271740192223" +
  "7254497684338129066633138078958404960054389636289796393038773905722803605973749427671376" +
  "7776188985898727358650490811670993105358677809800307904916540637771737641986785272734744" +
  "7634183560003569830519314428456170191100078673730733356412397173289791324047457883446826" +
  "0652327974647951137672658693582180046317922073668860052627186363386088796882120769432366" +
  "1494910029234443463732221458841005864210502421203654335612013204811188524087310770141516" +
  "6620016231317716937218924807850771182784231749807327659882882516918310312568016207288071" +
  "9",
);
export const G = BigInt(
  "2402352677501852209227687703532399932712287657378364916510075318787663274146353219320285" +
  "6761552696787996946682987493890950838965734256019006010684771644917354741372831046104586" +
  "8131451178164675540052740288984613986453266121505579709716201616827031288643245666383486" +
  "3635782106154918419982534315189740658186868651151358576410138882215396016043228843603930" +
  "9893336627728484065931384060102316750957637779826651036068224066350766977640253462537730" +
  "8513317349519424896775405257365904949247763147599157519877517771148149092045660020547812" +
  "7054728238140972518639858334115700568353695553423781475582491896050296680037745308460627",
);
export const Q = 78571733251071885079927659812671450121821421258408794611510081919805623223441n;

const WINDOW = 4;
const DIGITS = 256 / WINDOW;

/* The digits of an exponent in base 16, the lowest first. */
function* digitsOf(exponent) {
  const hex = exponent.toString(16);
  for (let place = hex.length - 1; place >= 0; place -= 1) yield parseInt(hex[place], 16);
}

export const multiply = (one, other) => (one * other) % P;

/* A base used all the time: one row of a table for each digit, so a power is 64 products. */
export function fixedBase(base) {
  const rows = [];
  let step = base;
  for (let digit = 0; digit < DIGITS; digit += 1) {
    const row = [1n];
    for (let count = 1; count < 2 ** WINDOW; count += 1) row.push(multiply(row[count - 1], step));
    rows.push(row);
    step = multiply(row[row.length - 1], step);
  }
  return (exponent) => {
    let product = 1n;
    let place = 0;
    for (const digit of digitsOf(exponent)) {
      if (digit) product = multiply(product, rows[place][digit]);
      place += 1;
    }
    return product;
  };
}

let table;

/* G to the power of an exponent. */
export function powerOfG(exponent) {
  table ??= fixedBase(G);
  return table(exponent);
}

/* An element to the power of an exponent, for one that is met once. */
export function power(base, exponent) {
  const row = [1n];
  for (let count = 1; count < 2 ** WINDOW; count += 1) row.push(multiply(row[count - 1], base));
  let product = 1n;
  for (const digit of [...digitsOf(exponent)].reverse()) {
    for (let bit = 0; bit < WINDOW; bit += 1) product = multiply(product, product);
    if (digit) product = multiply(product, row[digit]);
  }
  return product;
}

/* Whether a number belongs to the group. */
export const isMember = (element) => element > 0n && element < P && power(element, Q) === 1n;

export const product = (elements) => elements.reduce(multiply, 1n);

/* The inverse of a member. */
export const inverse = (element) => power(element, Q - 1n);

/* A number modulo Q, which JavaScript leaves negative for a negative one. */
export const modulo = (number) => ((number % Q) + Q) % Q;

/* A uniform exponent from the browser's cryptographic source. */
export function randomExponent() {
  for (;;) {
    const number = asNumber(crypto.getRandomValues(new Uint8Array(32)));
    if (number < Q) return number;
  }
}

/* SHA-256 of a text as a big-endian number, modulo Q. */
export const hashToExponent = async (text) => asNumber(await sha256(text)) % Q;

function asNumber(bytes) {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  return number;
}
