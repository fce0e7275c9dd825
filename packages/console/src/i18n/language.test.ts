import { expect, test } from 'vitest';
import { languageFor } from './language.js';

test('the first preferred language that there is counts, whatever the region', () => {
  expect(languageFor(['zh-TW', 'en'])).toBe('zh');
  expect(languageFor(['fr-FR', 'ZH-Hans-CN', 'en'])).toBe('zh');
  expect(languageFor(['en-GB', 'zh'])).toBe('en');
  expect(languageFor(['fr', 'de'])).toBe('en');
  expect(languageFor([])).toBe('en');
});
