import { useState } from 'react';
import { useObjectUrl } from '../../hooks/use-object-url.js';
import { useTexts } from '../../i18n/language-context.js';

interface ImageViewProps {
  /** Of a type that is shown inline. */
  readonly blob: Blob;
  readonly alt: string;
}

export function ImageView({ blob, alt }: ImageViewProps) {
  const { files } = useTexts();
  const url = useObjectUrl(blob, blob.type);
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p className="hint">{files.notShown}</p>;
  return url && <img className="image" src={url} alt={alt} onError={() => setBroken(true)} />;
}
