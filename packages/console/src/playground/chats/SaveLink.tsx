import { useObjectUrl } from '../../hooks/use-object-url.js';
import { useTexts } from '../../i18n/language-context.js';

interface SaveLinkProps {
  readonly name: string;
  readonly content: Blob;
}

/** Saves what was downloaded. Of no type that a browser would open, since that would be in the origin of this page. */
export function SaveLink({ name, content }: SaveLinkProps) {
  const { files } = useTexts();
  const url = useObjectUrl(content, 'application/octet-stream');
  return (
    <a className="link" href={url} download={name} aria-label={files.saveOf(name)}>
      {files.save}
    </a>
  );
}
