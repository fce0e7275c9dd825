/** Which browser the tests in `every-browser` run in: `E2E_BROWSER`, Chromium unless told otherwise. */
import { ChromiumBrowser } from './chromium-browser.js';
import { FirefoxBrowser } from './firefox-browser.js';
import type { BrowserName, TestBrowser } from './tab.js';
import { WebKitBrowser } from './webkit-browser.js';

export function chosen(): BrowserName {
  const name = process.env.E2E_BROWSER || 'chromium';
  if (name === 'chromium' || name === 'firefox' || name === 'webkit') return name;
  throw new Error(`E2E_BROWSER is ${name}; it can be chromium, firefox or webkit`);
}

export function startChosen(): Promise<TestBrowser> {
  switch (chosen()) {
    case 'chromium':
      return ChromiumBrowser.start(chromiumPath());
    case 'firefox':
      return FirefoxBrowser.start(pathOf('Firefox', 'FIREFOX_PATH'));
    case 'webkit':
      return WebKitBrowser.start();
  }
}

export function chromiumPath(): string {
  return pathOf('Chromium', 'CHROMIUM_PATH');
}

function pathOf(browser: string, variable: string): string {
  const path = process.env[variable];
  if (!path)
    throw new Error(
      `There is no ${browser}: set ${variable}, or run npm test or npm run check:release, which install it`,
    );
  return path;
}
