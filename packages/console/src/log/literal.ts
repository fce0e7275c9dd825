/** A value as a JavaScript expression, so that it can be run again. What cannot be written becomes a comment. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Uint8Array) return `new Uint8Array([${[...value].join(', ')}])`;
  if (value instanceof Blob) {
    const name = value instanceof File ? ` of ${value.name.replace(/[^\w .-]/g, '_')}` : '';
    const type = value.type === '' ? '' : `, { type: ${quoted(value.type)} }`;
    return `new Blob(['content${name}']${type})`;
  }
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined && typeof field !== 'function');
    if (fields.length === 0) return '{}';
    return `{ ${fields.map(([name, field]) => `${key(name)}: ${literal(field)}`).join(', ')} }`;
  }
  return String(value);
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** As people write it, with the escapes of JSON. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  // Line ends in JSON that older JavaScript took for its own.
  return `'${json.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')}'`;
}

/** An identifier that reminds of the text, and is not in use. Takes it into use. */
export function nameFor(text: string, fallback: string, used: Set<string>): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const camel = words.map(
    (word, at) => (at === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1),
  );
  const joined = camel.join('').slice(0, 24);
  const base = /^[A-Za-z]/.test(joined) && !RESERVED.has(joined) ? joined : `${fallback}${joined.replace(/^\D.*/, '')}`;
  for (let at = 1; ; at += 1) {
    const name = at === 1 ? base : `${base}${at}`;
    if (used.has(name)) continue;
    used.add(name);
    return name;
  }
}

const RESERVED = new Set(
  `await break case catch class const continue debugger default delete do else enum eval export extends false finally for
   function if implements import in instanceof interface let new null package private protected public return static super
   switch this throw true try typeof undefined var void while with yield arguments async of console process config`.split(
    /\s+/,
  ),
);
