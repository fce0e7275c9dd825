import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Links to headings that are not there, of a built site; the generator itself looks at pages only. */
export function deadAnchors(folder) {
  const pages = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'));
  const texts = new Map(pages.map((name) => [resolve(folder, name), readFileSync(join(folder, name), 'utf8')]));
  const idsOf = new Map(
    [...texts].map(([page, text]) => [page, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
  );
  const dead = [];
  for (const [page, text] of texts) {
    // What is around the content is the theme's.
    const content = text.slice(text.indexOf('<main'), text.indexOf('</main>'));
    for (const [, path, hash] of content.matchAll(/ href="([^"#:]*)#([^"]+)"/g)) {
      const target =
        path === '' ? page : resolve(path.startsWith('/') ? folder : dirname(page), path.replace(/^\//, ''));
      if (!idsOf.get(target)?.has(decodeURIComponent(hash))) dead.push(`${page.slice(folder.length)}: ${path}#${hash}`);
    }
  }
  return dead;
}

/** Links from pages to files of the repository that are not there. */
export function deadFiles(pages) {
  return pages.flatMap((page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#|\/)([^)#\s]+)/g)].map(([, link]) => link);
    return links.filter((link) => !existsSync(resolve(dirname(page), link))).map((link) => `${page}: ${link}`);
  });
}
