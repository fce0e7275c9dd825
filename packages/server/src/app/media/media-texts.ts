import { isMediaId, MESSAGE_TYPE, readMediaBody } from 'ar-rtm-protocol';
import { mediaText } from '../../domain/media-text.js';
import type { MessageContent } from '../../domain/message-rules.js';
import type { ChannelEntry } from '../../ports/channels.js';
import type { NodeContext } from '../context.js';
import { linkPath, type MediaAccess } from './media-access.js';

type ChannelMessage = Extract<ChannelEntry, { kind: 'message' }>;

/** Whether an entry of a channel is a file or an image. */
export function isMedia(entry: ChannelEntry): entry is ChannelMessage {
  return entry.kind === 'message' && isMediaType(entry.type);
}

function isMediaType(type: number): boolean {
  return type === MESSAGE_TYPE.FILE || type === MESSAGE_TYPE.IMAGE;
}

/**
 * Texts in the place of files and images, for clients that did not announce `types.1`: these would acknowledge such a
 * message and show nothing. Entries stay as they are; only what is put on a socket, or into an answer, is another.
 */
export class MediaTexts {
  constructor(
    private readonly context: NodeContext,
    private readonly access: MediaAccess,
  ) {}

  get isOn(): boolean {
    return this.context.settings.publishedMedia === 'text';
  }

  /**
   * What such a client gets of a message: a text with a link below `address`, where it reaches this server. Without an
   * address, or when the file is not one of this server, there is no link. Any other message is itself.
   */
  shown(appId: string, message: MessageContent, address: string | undefined): MessageContent {
    if (!isMediaType(message.type) || !this.isOn) return message;
    const isImage = message.type === MESSAGE_TYPE.IMAGE;
    const media = readMediaBody(message.body, isImage);
    if (!media) return message;
    const { Id, Name: name, Size: size } = media;
    const { description } = message;
    const link = address !== undefined && isMediaId(Id) ? address + this.path(appId, Id) : undefined;
    const body = mediaText({ isImage, name, size, description, link }, this.context.settings.messageBytes);
    return { type: MESSAGE_TYPE.TEXT, body, description: '' };
  }

  private path(appId: string, mediaId: string): string {
    return linkPath(this.access.link({ appId, mediaId }, this.context.settings.mediaTextLinkMs));
  }
}
