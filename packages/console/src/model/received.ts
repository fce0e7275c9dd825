import type { RtmMessage } from 'ar-rtm-sdk';
import type { Message } from './state.js';

/** What is shown of a message that came. */
export function contentOf(message: RtmMessage): Pick<Message, 'text' | 'file' | 'bytes'> {
  switch (message.messageType) {
    case 'RAW':
      return { text: message.description ?? '', bytes: message.rawMessage };
    case 'FILE':
    case 'IMAGE': {
      const { fileName: name, description, size, mediaId, thumbnail, messageType } = message;
      const isImage = messageType === 'IMAGE';
      return {
        text: '',
        file: { name, description, size, mediaId, isImage, thumbnail: thumbnail?.size ? thumbnail : undefined },
      };
    }
    default:
      return { text: message.text };
  }
}
