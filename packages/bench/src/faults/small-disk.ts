import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of some megabytes, in memory (tmpfs). Only root may make one. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  static make(megabytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'arrtm-disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    if (status === 0) return new SmallDisk(folder);
    rmSync(folder, { recursive: true });
    return undefined;
  }

  /** A folder on it. */
  dir(): string {
    const dir = join(this.folder, 'data');
    mkdirSync(dir, { recursive: true });
    return dir;
  }

  /** Takes what is free but so much. */
  fill(leftBytes: number): void {
    this.empty();
    const { bavail, bsize } = statfsSync(this.folder);
    const bytes = Math.max(0, bavail * bsize - leftBytes);
    try {
      writeFileSync(this.ballast, Buffer.alloc(bytes));
    } catch (error) {
      // Somebody else has taken the last of it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Gives it back. */
  empty(): void {
    rmSync(this.ballast, { force: true });
  }

  dispose(): void {
    spawnSync('umount', [this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get ballast(): string {
    return join(this.folder, 'ballast');
  }
}
