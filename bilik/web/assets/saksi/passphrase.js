/* Passphrases that are easy to write down: four made-up words of two syllables, 50 bits. */

const CONSONANTS = "bcdghjklmnprstwy";
const VOWELS = "aiueo";
const WORDS = 4;
const SYLLABLES = 2;

export function suggestion() {
  const syllable = () => one(CONSONANTS) + one(VOWELS);
  const word = () => Array.from({ length: SYLLABLES }, syllable).join("");
  return Array.from({ length: WORDS }, word).join(" ");
}

/* A random letter; bytes that would make some letters likelier are thrown away. */
function one(letters) {
  for (;;) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 256 - (256 % letters.length)) return letters[byte % letters.length];
  }
}
