import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import { fileNameInWords, sizeInWords } from '../../model/file-words.js';
import { isShownInline } from '../../model/inline-image.js';
import type { MessagePlace, SharedFile } from '../../model/state.js';
import { ImageView } from './ImageView.js';
import { SaveLink } from './SaveLink.js';
import { TransferView } from './TransferView.js';

interface FileViewProps {
  readonly place: MessagePlace;
  readonly file: SharedFile;
}

/** The file of a message: what is known of it, the image or a small one of it, and the way to all of it. */
export function FileView({ place, file }: FileViewProps) {
  const texts = useTexts();
  const session = useSession();
  const { isImage, thumbnail, content, description, size, transfer, mediaId } = file;
  const name = fileNameInWords(file.name, texts);
  // Thumbnails come from senders too.
  const image = isImage ? [content, thumbnail].find((blob) => blob && isShownInline(blob)) : undefined;
  const isMoving = transfer?.state === 'waiting' || transfer?.state === 'running';
  return (
    <div className="file">
      {image && (
        <ImageView
          key={image === content ? 'whole' : 'thumbnail'}
          blob={image}
          alt={image === content ? texts.files.image(name) : texts.files.thumbnail(name)}
        />
      )}
      <p className="facts">
        <span>
          <bdi className="name">{name}</bdi> <span className="note">{sizeInWords(size, texts)}</span>
        </span>
        {content && <SaveLink name={name} content={content} />}
        {mediaId !== undefined && !content && !isMoving && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<Download size={13} aria-hidden="true" />}
            aria-label={texts.files.downloadOf(name)}
            onClick={() => void session.download(place, file)}
          >
            {texts.files.download}
          </Button>
        )}
      </p>
      {description !== '' && <p className="text">{description}</p>}
      {transfer && (
        <TransferView name={name} transfer={transfer} cancel={() => session.cancelTransfer(place.messageId)} />
      )}
    </div>
  );
}
