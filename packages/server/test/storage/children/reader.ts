/** Opens a data directory as the server does, reads everything and says what it got, as JSON: `reader.js <dir>`. */
import { openLmdbRecords, StorageRefused } from '../../../src/engines/lmdb/index.js';
import { argument, optionsFor } from './common.js';

const reported: string[] = [];
try {
  const options = optionsFor(argument(0));
  const note = (fields: Readonly<Record<string, unknown>>): void => {
    if (typeof fields.key === 'string') reported.push(fields.key);
  };
  const logger = { ...options.logger, error: note };
  const records = await openLmdbRecords({ ...options, logger });
  const content = Object.fromEntries([...records.scan('')].map(({ key, value }) => [key, value]));
  for (const key of Object.keys(content)) if (records.get(key) === undefined) throw new Error(`get lost ${key}`);
  await records.write([{ key: 'after', value: {} }]);
  await records.close();
  process.stdout.write(JSON.stringify({ content, reported }));
} catch (error) {
  if (!(error instanceof StorageRefused)) throw error;
  process.stdout.write(JSON.stringify({ refused: error.kind, message: error.message }));
}
