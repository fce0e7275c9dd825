/**
 * Field readers: the smallest vocabulary that describes the content of every frame. A reader gets the raw JSON value
 * (or `undefined` when the field is absent) and answers the typed value, or INVALID. Readers never throw.
 */
export const INVALID = Symbol('invalid');
export type Invalid = typeof INVALID;
export type Reader<T> = (value: unknown) => T | Invalid;

export type Fields = Readonly<Record<string, Reader<unknown>>>;
export type Read<F extends Fields> = { readonly [K in keyof F]: Exclude<ReturnType<F[K]>, Invalid> };

export type FieldsResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly field: string };

/** Reads the named fields of an object and nothing else. `from` is the value of a JSON text: it has no odd prototype. */
export function readFields<F extends Fields>(fields: F, from: unknown): FieldsResult<Read<F>> {
  if (!isObject(from)) return { ok: false, field: '(body)' };
  const value: Record<string, unknown> = {};
  for (const name in fields) {
    const result = (fields[name] as Reader<unknown>)((from as Record<string, unknown>)[name]);
    if (result === INVALID) return { ok: false, field: name };
    if (result !== undefined) value[name] = result;
  }
  return { ok: true, value: value as Read<F> };
}

/** `Object.hasOwn` is younger than the oldest browsers that the SDK serves. */
const has = Object.prototype.hasOwnProperty;

export function hasOwn(of: object, name: string): boolean {
  return has.call(of, name);
}

export const string: Reader<string> = (value) => (typeof value === 'string' ? value : INVALID);

/** An integer that a JSON number carries exactly. A number in a string is not a number. */
export const integer: Reader<number> = (value) => (Number.isSafeInteger(value) ? (value as number) : INVALID);

/** Anything; absent means false (published clients send whatever the app put there, wire-protocol.md 4.2). */
export const flag: Reader<boolean> = (value) => Boolean(value);

/** Anything but `true`, absence included, means false. */
export const isTrue: Reader<boolean> = (value) => value === true;

/** Any of these types becomes a string; everything else is invalid. For fields whose absence has a meaning of its own. */
export const stringOrEmpty: Reader<string> = (value) => optionalString(value) ?? '';

export const strings: Reader<readonly string[]> = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : INVALID;

/** Absent or null becomes `undefined`. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value) => (value === undefined || value === null ? undefined : reader(value));
}

export const optionalInteger = /* @__PURE__ */ optional(integer);
export const optionalString = /* @__PURE__ */ optional(string);
export const optionalStrings = /* @__PURE__ */ optional(strings);

/** `json<array of string>`: an array of strings as JSON text inside a JSON string. */
export const jsonStrings: Reader<readonly string[]> = (value) => strings(parseText(value));

/** `json<object key -> value>`: read as a Map, so that keys such as `__proto__` are data. Values are not checked here. */
export const jsonMap: Reader<ReadonlyMap<string, unknown>> = (value) => {
  const parsed = jsonObject(value);
  return parsed === INVALID ? INVALID : new Map(Object.entries(parsed));
};

/** An object as JSON text inside a JSON string. */
export const jsonObject: Reader<object> = (value) => {
  const parsed = parseText(value);
  return isObject(parsed) ? parsed : INVALID;
};

/** The text itself, if the reader takes it. */
export function checkedText(reader: Reader<unknown>): Reader<string> {
  return (value) => (reader(value) === INVALID ? INVALID : (value as string));
}

/** Items that are objects with the given fields. */
export function list<F extends Fields>(fields: F): Reader<readonly Read<F>[]> {
  return (value) => {
    if (!Array.isArray(value)) return INVALID;
    const items: Read<F>[] = [];
    for (const raw of value) {
      const item = readFields(fields, raw);
      if (!item.ok) return INVALID;
      items.push(item.value);
    }
    return items;
  };
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON text to value; INVALID when it is no text, does not parse, or is nested beyond what the parser can take. */
export function parseText(value: unknown): unknown {
  if (typeof value !== 'string') return INVALID;
  try {
    return JSON.parse(value);
  } catch {
    return INVALID;
  }
}
