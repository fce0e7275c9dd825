/**
 * The public enums are plain data, and as TypeScript writes them they are a tenth of the bundle. This plugin puts one
 * text in their place, from which the same objects are made when the SDK is loaded (read-enums.mjs):
 *
 * ```
 * 'LogoutError 102 USER_NOT_LOGGED_IN;JoinChannelError FAILURE REJECTED INVALID_ARGUMENT =JOIN_CHANNEL_TIMEOUT ...'
 * ```
 *
 * The objects are made here too, and compared with what TypeScript makes of the sources: a build either keeps every name
 * and value, or fails.
 */
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { transformSync } from 'rolldown/utils';
import { readEnums } from './read-enums.mjs';

const READER = fileURLToPath(new URL('read-enums.mjs', import.meta.url));

export const compactEnums = {
  name: 'compact-enums',
  transform: {
    filter: { id: /packages\/sdk\/src\/(error-code|status-code)\.ts$/ },
    async handler(code, id) {
      const script = transformSync(id, code).code;
      const exported = await import(`data:text/javascript,${encodeURIComponent(script)}`);
      const lines = Object.entries(exported).map(([name, enums]) => {
        const hasNumbers = Object.values(enums).some((values) => Object.values(values).some(Number.isInteger));
        const text = Object.entries(enums)
          .map(([enumName, values]) => [enumName, ...(hasNumbers ? numbered(enumName, values) : Object.keys(values))])
          .map((words) => words.join(' '))
          .join(';');
        if (!isDeepStrictEqual(readEnums(text, hasNumbers), enums)) throw new Error(`${name} was not kept: ${text}`);
        return `export const ${name} = /* @__PURE__ */ readEnums(${JSON.stringify(text)}, ${hasNumbers});`;
      });
      return [`import { readEnums } from ${JSON.stringify(READER)};`, ...lines].join('\n');
    },
  },
};

function numbered(enumName, values) {
  const prefix = `${enumName.replace(/Err(or|Code)$/, '').replace(/\B[A-Z]/g, '_$&')}_ERR_`.toUpperCase();
  let next = 1;
  return Object.entries(values)
    .filter(([, value]) => Number.isInteger(value))
    .flatMap(([member, value]) => {
      const word = member.startsWith(prefix) ? member.slice(prefix.length) : `=${member}`;
      const words = value === next ? [word] : [value, word];
      next = value + 1;
      return words;
    });
}
