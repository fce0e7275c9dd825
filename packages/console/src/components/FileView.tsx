import { useSession } from '../hooks/use-session.js';
import { fileNameInWords, sizeInWords } from '../model/file-words.js';
import { isShownInline } from '../model/inline-image.js';
import type { MessagePlace, SharedFile } from '../model/state.js';
import { ImageView } from './ImageView.js';
import { SaveLink } from './SaveLink.js';
import { TransferView } from './TransferView.js';

interface FileViewProps {
  readonly place: MessagePlace;
  readonly file: SharedFile;
}

/** The file of a message: what is known of it, the image or a small one of it, and the way to all of it. */
export function FileView({ place, file }: FileViewProps) {
  const session = useSession();
  const { isImage, thumbnail, content, description, size, transfer, mediaId } = file;
  const name = fileNameInWords(file.name);
  // Thumbnails come from senders too.
  const image = isImage ? [content, thumbnail].find((blob) => blob && isShownInline(blob)) : undefined;
  const isMoving = transfer?.state === 'waiting' || transfer?.state === 'running';
  return (
    <div className="file">
      {image && (
        <ImageView
          key={image === content ? 'whole' : 'thumbnail'}
          blob={image}
          alt={image === content ? `Image ${name}` : `Thumbnail of ${name}`}
        />
      )}
      <p className="facts">
        <span>
          <bdi className="name">{name}</bdi> <span className="note">{sizeInWords(size)}</span>
        </span>
        {content && <SaveLink name={name} content={content} />}
        {mediaId !== undefined && !content && !isMoving && (
          <button type="button" aria-label={`Download ${name}`} onClick={() => void session.download(place, file)}>
            Download
          </button>
        )}
      </p>
      {description !== '' && <p className="text">{description}</p>}
      {transfer && (
        <TransferView name={name} transfer={transfer} cancel={() => session.cancelTransfer(place.messageId)} />
      )}
    </div>
  );
}
