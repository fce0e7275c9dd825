import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FileMediaBytes } from '../../../src/engines/files/index.js';
import type { LmdbRecords } from '../../../src/engines/lmdb/index.js';
import { LocalEngine } from '../../../src/engines/local/index.js';
import type { MediaIndex } from '../../../src/ports/index.js';
import { openRecords, Seen, time } from './storage.js';

export const APP = 'a'.repeat(32);
const TIMEOUT = { timeoutMs: 5000 } as const;
const QUOTA = { userBytes: 2 ** 40, userFiles: 10 ** 6, appBytes: 2 ** 40 };
const DAY_MS = 24 * 3600_000;

/** Bytes of which the id tells the content. */
export function contentOf(mediaId: string, size = 1000): Buffer {
  const block = createHash('sha256').update(mediaId).digest();
  return Buffer.alloc(size, block);
}

export const idOf = (number: number): string => createHash('md5').update(String(number)).digest('hex');

/** Records and files of a data directory, as a server keeps them, with the steps of an upload one by one. */
export class MediaStore {
  private constructor(
    private readonly records: LmdbRecords,
    private readonly engine: LocalEngine,
    private readonly index: MediaIndex,
    readonly bytes: FileMediaBytes,
  ) {}

  static async open(dir: string): Promise<MediaStore> {
    const seen = new Seen();
    const records = await openRecords(dir);
    const engine = new LocalEngine({ records, time, logger: seen, counters: seen });
    await engine.open();
    return new MediaStore(
      records,
      engine,
      engine.connect().media,
      new FileMediaBytes({ dir: join(dir, 'media'), time }),
    );
  }

  /** Brings bytes of a file that is to have `size` of them. */
  async begin(mediaId: string, size = 1000, came = size): Promise<void> {
    const ref = { appId: APP, mediaId, ...TIMEOUT };
    const file = { mediaId, uid: 'ann', name: 'a', type: '', size, expiresMs: Date.now() + DAY_MS };
    await this.index.reserve({ appId: APP, file, quota: QUOTA, ...TIMEOUT });
    await this.bytes.create(ref);
    await this.bytes.append({ ...ref, offset: 0, bytes: contentOf(mediaId, size).subarray(0, came) });
  }

  async seal(mediaId: string, size = 1000): Promise<string> {
    const sealed = await this.bytes.seal({ appId: APP, mediaId, size, ...TIMEOUT });
    if (sealed.outcome !== 'sealed') throw new Error(sealed.outcome);
    return sealed.sha256;
  }

  /** A whole upload. */
  async upload(mediaId: string, size = 1000, keepMs = DAY_MS): Promise<void> {
    await this.begin(mediaId, size);
    const sha256 = await this.seal(mediaId, size);
    await this.index.complete({ appId: APP, mediaId, sha256, expiresMs: Date.now() + keepMs, ...TIMEOUT });
  }

  async remove(mediaId: string): Promise<void> {
    await this.bytes.remove({ appId: APP, mediaId, ...TIMEOUT });
    await this.index.release({ appId: APP, mediaId, ...TIMEOUT });
  }

  /** What a download gives; absent when the records do not call it complete, or there are no bytes. */
  async read(mediaId: string): Promise<Buffer | undefined> {
    const file = await this.index.find({ appId: APP, mediaId, ...TIMEOUT });
    if (file?.sha256 === undefined) return undefined;
    const found = await this.bytes.read({ appId: APP, mediaId, from: 0, length: file.size, ...TIMEOUT });
    return found && Buffer.from(found);
  }

  async close(): Promise<void> {
    await this.engine.close({ graceful: true });
    await this.records.close();
  }
}
