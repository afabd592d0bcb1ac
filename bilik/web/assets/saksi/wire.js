/* Messages as text: the canonical JSON of bilik/belenios/wire.py.
 *
 * A message is a plain object with its fields in the specification's order, big numbers as BigInts.
 * A shape reads one from parsed JSON and puts it into that order, so that whatever was not written
 * in exactly this form is refused. */

import { Problem } from "./problem.js";

/* The canonical form of a message. */
export const encode = (message) =>
  JSON.stringify(message, (_, value) => (typeof value === "bigint" ? value.toString() : value));

/* The message of a shape whose canonical form is `text`. */
export function decode(shape, text) {
  let plain;
  try {
    plain = JSON.parse(text);
  } catch {
    throw new Problem("bukan JSON yang dapat dibaca");
  }
  const message = shape(plain);
  if (encode(message) !== text) throw new Problem("tidak ditulis dalam bentuk bakunya");
  return message;
}

function scalar(type) {
  return (value) => {
    if (typeof value !== type) throw new Problem(`ada isian yang seharusnya ${type}`);
    return value;
  };
}

export const string = scalar("string");
export const boolean = scalar("boolean");

export function integer(value) {
  if (!Number.isSafeInteger(value)) throw new Problem("ada isian yang seharusnya bilangan bulat");
  return value;
}

/* A big natural number below a bound, in decimal. */
export function natural(below) {
  const digits = below.toString().length;
  return (value) => {
    if (typeof value !== "string" || value.length > digits || !/^(0|[1-9][0-9]*)$/.test(value)) {
      throw new Problem("ada isian yang seharusnya bilangan");
    }
    const number = BigInt(value);
    if (number >= below) throw new Problem("ada bilangan yang terlalu besar");
    return number;
  };
}

export function list(item) {
  return (value) => {
    if (!Array.isArray(value)) throw new Problem("ada isian yang seharusnya daftar");
    return value.map(item);
  };
}

/* An object with these fields; those of `optional` may be missing. */
export function record(fields, optional = []) {
  const names = Object.keys(fields);
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Problem("ada isian yang kurang atau lebih");
    }
    const known = Object.keys(value).every((name) => names.includes(name));
    const there = (name) => Object.hasOwn(value, name);
    if (!known || !names.every((name) => there(name) || optional.includes(name))) {
      throw new Problem("ada isian yang kurang atau lebih");
    }
    return Object.fromEntries(
      names.filter(there).map((name) => [name, fields[name](value[name])]),
    );
  };
}

/* One of a fixed text and a message: `["Pedersen", {…}]`. */
export function tagged(tag, shape) {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2 || value[0] !== tag) {
      throw new Problem("ada isian dari jenis yang tidak dikenal");
    }
    return [tag, shape(value[1])];
  };
}
