import { readdirSync, readFileSync } from 'node:fs';
import { readExamples } from './example-regions.mjs';
import { inRoot } from './root.mjs';

const FOLDERS = ['docs/guide', 'docs/zh/guide'];
/** A block of code, and the comment before it that says what it shows: a member of the API, or a file. */
const BLOCK = /<!-- example: (\S+) -->\n```(\w+)\n[\s\S]*?```/g;

/** Guides, as paths in the repository. */
export const guides = () =>
  FOLDERS.flatMap((folder) => readdirSync(inRoot(folder)).map((name) => `${folder}/${name}`)).sort();

/** The text of a guide with its blocks as they are to be: what the tests run. */
export function withExamples(text, examples = readExamples()) {
  return text.replace(BLOCK, (_, name, language) => {
    const code = name.includes('/') ? readFileSync(inRoot(name), 'utf8').trimEnd() : examples.get(name)?.code;
    if (code === undefined) throw new Error(`there is no example of ${name}`);
    return `<!-- example: ${name} -->\n\`\`\`${language}\n${code}\n\`\`\``;
  });
}
