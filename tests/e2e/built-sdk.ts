/**
 * The SDK as Node resolves it for an application, which is the built file. The tests' own imports lead to the sources
 * (vitest.config.ts), so that a Node of its own is asked.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const QUESTION = "console.log(import.meta.resolve('ar-rtm-sdk'))";

/** URL of the entry. */
export const ENTRY = execFileSync(process.execPath, ['--input-type=module', '--eval', QUESTION], {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  env: { ...process.env, NODE_OPTIONS: '' },
  encoding: 'utf8',
}).trim();

export const { ArRTM }: typeof import('ar-rtm-sdk') = await import(/* @vite-ignore */ ENTRY);
