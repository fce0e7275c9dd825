import { parse } from 'acorn';
import { expect } from 'vitest';

/** Browsers of the last five years: the syntax of ES2021, and nothing of the library that came in 2022 or later. */
export function expectOfFiveYearsAgo(code: string, sourceType: 'module' | 'script'): void {
  expect(() => parse(code, { ecmaVersion: 2021, sourceType })).not.toThrow();
  const newer =
    /Object\.hasOwn\b|\.at\(|structuredClone|\.findLast\w*\(|\.to(?:Sorted|Reversed|Spliced)\(|(?:Object|Map)\.groupBy|Promise\.(?:withResolvers|try)/g;
  expect(code.match(newer) ?? []).toEqual([]);
}
