// Options of the command line that are none: said in a sentence, and then it is over.

/** @param {string} why  @returns {never} */
function refuse(why) {
  console.error(why);
  process.exit(1);
}

/** @param {string} option @param {readonly string[]} given @param {readonly string[]} known */
export function oneOf(option, given, known) {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`--${option} ${unknown}: there are ${known.join(", ")}`);
}

/** @param {string} option @param {string} given */
export function whole(option, given) {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1) refuse(`--${option} ${given}: it is a whole number from 1 on`);
  return number;
}
