/** What tests of files stand on: the arena, clients that upload and download, folders for their files. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { NodeTime } from '../../../src/edge/node-time.js';
import { FileMediaBytes } from '../../../src/engines/files/index.js';
import type { TestServerOptions } from '../../../src/testing.js';
import { APP, type Arena, useArena } from './arena.js';
import { MediaClient, TUS, UPLOADS } from './media-client.js';
import type { WireSocket } from './wire-socket.js';

export const MB = 1024 * 1024;
export const OTHER_APP = 'f'.repeat(32);

/** Registers the clean-up; call once per file. */
export function useMediaArena(): MediaArena {
  const media = new MediaArena(useArena());
  // Runs before the arena looks for what is left behind.
  afterEach(() => media.finish());
  return media;
}

export class MediaArena {
  private readonly clients: MediaClient[] = [];
  private readonly folders: string[] = [];

  constructor(readonly arena: Arena) {}

  /** A server, and its first user. */
  async begin(options: TestServerOptions = {}): Promise<MediaClient> {
    await this.arena.start({ ...options, settings: { offlineMs: 60_000, unreachableMs: 30_000, ...options.settings } });
    return this.client('ann');
  }

  async client(uid: string, appId = APP): Promise<MediaClient> {
    const made = await MediaClient.login(this.arena.server.url, appId, uid);
    this.clients.push(made);
    return made;
  }

  folder(): string {
    const dir = mkdtempSync(join(tmpdir(), 'arrtm-media-'));
    this.folders.push(dir);
    return dir;
  }

  /** A server whose files are in a folder, and what is in it. */
  async beginInFolder(options: TestServerOptions = {}) {
    const dir = this.folder();
    const mediaBytes = new FileMediaBytes({ dir, time: new NodeTime() });
    const ann = await this.begin({ ...options, mediaBytes });
    const names = () => (readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.includes('.'));
    return { ann, dir, mediaBytes, names };
  }

  /** A request that brings bytes of an upload, of which only the head has been sent. */
  async uploading(user: MediaClient, mediaId: string, offset: number, framing: string): Promise<WireSocket> {
    const wire = await this.arena.tcp();
    wire.write(
      `PATCH ${UPLOADS}/${mediaId} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${user.ticket}\r\n` +
        `Tus-Resumable: ${TUS['Tus-Resumable']}\r\nContent-Type: application/offset+octet-stream\r\n` +
        `Upload-Offset: ${offset}\r\n${framing}\r\n\r\n`,
    );
    return wire;
  }

  /** Everybody logs out, and the server stops; another one may begin. */
  async end(): Promise<void> {
    for (const made of this.clients.splice(0)) await made.logout().catch(() => undefined);
    await this.arena.finish();
  }

  async finish(): Promise<void> {
    for (const made of this.clients.splice(0)) await made.logout().catch(() => undefined);
    for (const dir of this.folders.splice(0)) rmSync(dir, { recursive: true, force: true });
  }
}
