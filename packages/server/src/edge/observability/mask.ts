/**
 * Names of fields whose values are never logged: what lets somebody in, and what people write to each other. Compared
 * without regard to case, `-` and `_`.
 */
const SECRET_NAMES = new Set(
  `token accesstoken renewtoken certificate certificates secret password authorization cookie setcookie ticket
   sessionid sessid apikey apisecret body rawmessage text payload content response attributes attribute
   message messages frame`.split(/\s+/),
);

const MASK = '[masked]';
const DEEPEST = 6;

const isSecret = (name: string): boolean => SECRET_NAMES.has(name.toLowerCase().replace(/[-_]/g, ''));

function maskError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: error.code } : {};
  return {
    type: name,
    message,
    stack,
    ...code,
    ...(cause === undefined ? {} : { cause: maskValue(cause, depth + 1) }),
  };
}

function maskValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[too deep]';
  if (value instanceof Error) return maskError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => maskValue(item, depth + 1));
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
  return maskObject(value as Readonly<Record<string, unknown>>, depth);
}

function maskObject(fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      // A number or a flag under such a name is a count or a length.
      isSecret(name) && typeof value !== 'number' && typeof value !== 'boolean' && value !== undefined
        ? MASK
        : maskValue(value, depth + 1),
    ]),
  );
}

/** The fields as they may be logged, at any depth: secrets masked, errors as plain data. */
export const maskSecrets = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  maskObject(fields, 0);
