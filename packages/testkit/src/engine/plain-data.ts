/**
 * A deep copy of what crosses a port. Throws when it is not plain serialisable data: another engine would send it over a
 * network, so instances, functions, maps and numbers that JSON does not know must not pass.
 */
export function copyPlain<T>(value: T, path = 'value'): T {
  mustBePlain(value, path);
  return structuredClone(value);
}

function mustBePlain(value: unknown, path: string): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}`);
      return;
    case 'object':
      break;
    default:
      throw new TypeError(`${path} is a ${typeof value}`);
  }
  if (value === null) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) mustBePlain(item, `${path}[${i}]`);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${path} is not a plain object`);
  for (const [key, item] of Object.entries(value)) mustBePlain(item, `${path}.${key}`);
}
