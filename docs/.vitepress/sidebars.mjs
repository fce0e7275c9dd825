/** What stands beside the pages, in both languages. Guides are in `docs/guide` and `docs/zh/guide` under the same names. */
import { readdirSync } from 'node:fs';

const REFERENCE = new URL('../reference/', import.meta.url);

const GUIDES = [
  ['start', 'Five-minute start', '五分钟上手'],
  ['migrate', 'Move an app over', '迁移现有应用'],
  ['messages', 'Offline messages and history', '离线消息与历史消息'],
  ['presence', 'Presence', '在线状态'],
  ['files', 'Files and images', '文件与图片'],
  ['calls', 'Calls', '呼叫邀请'],
  ['tokens', 'Tokens', 'Token'],
  ['react', 'React', 'React'],
  ['mini-programs', 'Mini-programs', '微信小程序'],
  ['operations', 'Operations', '运维'],
  ['proxy', 'TLS and reverse proxy', 'TLS 与反向代理'],
];

const PAGES = [
  ['errors', 'Errors', '错误码'],
  ['differences', 'Differences', '与其他 SDK 的差异'],
  ['conformance', 'Conformance', '一致性'],
  ['delivery', 'Delivery', '消息送达'],
  ['configuration', 'Configuration', '配置'],
  ['rest', 'REST for back ends', '后端 REST'],
  ['admin', 'For the operator', '运维接口'],
  ['console', 'Console', '控制台'],
  ['security', 'Security', '安全'],
  ['protocol', 'Protocol', '线路协议'],
  ['miniprogram', 'Mini-programs in detail', '小程序细节'],
  ['architecture', 'Architecture', '架构'],
  ['benchmarks', 'Benchmarks', '性能测试'],
  ['faults', 'Faults', '故障测试'],
  ['browsers', 'Browsers and bundlers', '浏览器与打包工具'],
];

/** Pages of one kind, by the folder that TypeDoc has put them into. */
function referencePages(folder) {
  return readdirSync(new URL(folder, REFERENCE))
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .map((name) => name.slice(0, -'.md'.length))
    .sort()
    .map((name) => ({ text: name, link: `/reference/${folder}${name}` }));
}

const NAMESPACES = 'API-reference/namespaces/';

function reference(title) {
  const classes = referencePages('classes/');
  const isError = ({ text }) => /(Error|Exception)$/.test(text);
  const group = (text, items) => ({ text, items, collapsed: true });
  return {
    text: title,
    link: '/reference/',
    collapsed: false,
    items: [
      { text: 'ArRTM', link: '/reference/interfaces/ArRTMNamespace' },
      ...classes.filter((page) => !isError(page)),
      group('Events', [
        ...referencePages(`${NAMESPACES}RtmEvents/interfaces/`),
        ...referencePages('interfaces/').filter(({ text }) => text.endsWith('EventMap')),
      ]),
      group('Errors', classes.filter(isError)),
      group('Error codes', referencePages(`${NAMESPACES}RtmErrorCode/enumerations/`)),
      group('States', referencePages(`${NAMESPACES}RtmStatusCode/variables/`)),
      group(
        'Types',
        [...referencePages('interfaces/'), ...referencePages('type-aliases/')].filter(
          ({ text }) => !/(EventMap|Namespace)$/.test(text),
        ),
      ),
    ],
  };
}

export function sidebar(language) {
  const isChinese = language === 'zh';
  const text = ([, english, chinese]) => (isChinese ? chinese : english);
  const prefix = isChinese ? '/zh' : '';
  return [
    {
      text: isChinese ? '指南' : 'Guides',
      items: GUIDES.map((guide) => ({ text: text(guide), link: `${prefix}/guide/${guide[0]}` })),
    },
    reference(isChinese ? 'API 参考（英文）' : 'API reference'),
    {
      text: isChinese ? '深入（英文）' : 'In depth',
      items: PAGES.map((page) => ({ text: text(page), link: `/${page[0]}` })),
    },
  ];
}
