import type { Apps } from '../../domain/apps.js';
import type { MediaBytes } from '../../ports/media-bytes.js';
import type { NodeContext } from '../context.js';
import type { MediaAccess } from './media-access.js';
import { MediaFiles } from './media-files.js';
import { MediaSweep } from './media-sweep.js';
import { Transfers } from './transfers.js';
import { Uploads } from './uploads.js';

/** Files of one node: what its HTTP side needs. */
export class MediaDesk {
  readonly files: MediaFiles;
  readonly transfers: Transfers;
  readonly uploads: Uploads;
  readonly sweep: MediaSweep;

  constructor(
    readonly context: NodeContext,
    readonly access: MediaAccess,
    apps: Apps,
    bytes: MediaBytes,
  ) {
    this.files = new MediaFiles(context, apps, bytes);
    this.transfers = new Transfers(context.settings.mediaTransfers);
    this.uploads = new Uploads(context, this.files, this.transfers);
    this.sweep = new MediaSweep(context, this.files);
  }
}
