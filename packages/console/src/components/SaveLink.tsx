import { useObjectUrl } from '../hooks/use-object-url.js';

interface SaveLinkProps {
  readonly name: string;
  readonly content: Blob;
}

/** Saves what was downloaded. Of no type that a browser would open, since that would be in the origin of this page. */
export function SaveLink({ name, content }: SaveLinkProps) {
  const url = useObjectUrl(content, 'application/octet-stream');
  return (
    <a href={url} download={name} aria-label={`Save ${name}`}>
      Save
    </a>
  );
}
