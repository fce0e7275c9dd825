/**
 * Makes the public enums from the text that compact-enums.mjs has put in their place. Part of the bundle.
 *
 * Per enum its name and those of its members. In enums of numbers, a number is the value of the name behind it; without
 * one, values go up from 1. Their members begin with the name of the enum in capitals, which is left out; those that do
 * not are marked with `=`. In enums of texts every value is its name.
 */
export function readEnums(text, hasNumbers) {
  const enums = {};
  for (const line of text.split(';')) {
    const [name, ...words] = line.split(' ');
    const prefix = `${name.replace(/Err(or|Code)$/, '').replace(/\B[A-Z]/g, '_$&')}_ERR_`.toUpperCase();
    const values = {};
    let next = 1;
    for (const word of words) {
      if (!hasNumbers) values[word] = word;
      else if (word >= 0) next = +word;
      else {
        const member = word[0] === '=' ? word.slice(1) : prefix + word;
        values[member] = next;
        values[next++] = member;
      }
    }
    enums[name] = values;
  }
  return enums;
}
