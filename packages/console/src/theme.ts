import { createTheme, localStorageColorSchemeManager } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'indigo',
  // Greys with a touch of blue, as the rest of the page has.
  colors: {
    dark: [
      '#e4e7ed',
      '#c3c9d4',
      '#a3abba',
      '#7d8698',
      '#434b5a',
      '#343b48',
      '#262c37',
      '#1b1f27',
      '#15181f',
      '#0f1217',
    ],
  },
  primaryShade: 7,
  autoContrast: true,
  // Above it, white has less than 4.5:1.
  luminanceThreshold: 0.18,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily:
    'system-ui, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
});

/** The scheme that was chosen on this page before; the system's otherwise. */
export const schemes = localStorageColorSchemeManager({ key: 'ar-rtm-console-scheme' });
