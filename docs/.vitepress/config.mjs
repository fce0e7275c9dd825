/** The documentation site: what is in `docs`, and the reference that `scripts/docs.mjs` has TypeDoc write there. */
import { defineConfig } from 'vitepress';
import { sidebar } from './sidebars.mjs';

/** Where files of the repository that are no pages can be read; without it they are named, and not linked. */
const source = process.env.DOCS_SOURCE_URL;
/** A link from a page to such a file. */
const TO_A_FILE = /^(?:\.\.\/)+(?!guide\/|zh\/|reference\/)((?:packages|examples|tests|scripts)\b.*|\w+\.md)$/;

/** Pages link to files beside `docs` too, for those who read the repository. */
function sourceLinks(markdown) {
  markdown.core.ruler.push('source-links', ({ tokens }) => {
    for (const { children } of tokens) {
      for (const [index, token] of (children ?? []).entries()) {
        const file = token.type === 'link_open' && TO_A_FILE.exec(token.attrGet('href'))?.[1];
        if (!file) continue;
        token.attrSet('href', `${source}/${file}`);
        if (source) continue;
        const end = children.find(({ type }, at) => type === 'link_close' && at > index);
        for (const side of [token, end]) Object.assign(side, { type: 'text', tag: '', content: '', nesting: 0 });
      }
    }
  });
}

/** Vue would take what stands in double braces for its own, also in code within a line. */
function plainCode(markdown) {
  markdown.core.ruler.push('plain-code', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type === 'code_inline') token.attrSet('v-pre', '');
    }
  });
}

export default defineConfig({
  title: 'ArRTM',
  // No icon of its own yet; without this browsers ask for one.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  description: 'Real-time messaging that you own',
  base: process.env.DOCS_BASE ?? '/',
  cacheDir: '.vitepress/.cache',
  cleanUrls: false,
  // A link that leads nowhere ends the build. Addresses of the server that a reader has started are no pages.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    config: (markdown) => {
      sourceLinks(markdown);
      plainCode(markdown);
    },
  },
  // The index of the search is one piece, loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        // Chinese has no blanks between its words: each character counts as one.
        miniSearch: {
          options: {
            tokenize: (text) => text.match(/\p{Script=Han}|[^\s\p{P}\p{S}\p{Script=Han}]+/gu) ?? [],
          },
        },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清除',
                backButtonTitle: '关闭',
                noResultsText: '没有结果',
                footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
    outline: [2, 3],
  },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: { sidebar: sidebar('en'), nav: [] } },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '属于你自己的实时消息',
      themeConfig: {
        sidebar: sidebar('zh'),
        outline: { level: [2, 3], label: '本页内容' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '主题',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '切换语言',
      },
    },
  },
});
