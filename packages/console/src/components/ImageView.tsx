import { useState } from 'react';
import { useObjectUrl } from '../hooks/use-object-url.js';

interface ImageViewProps {
  /** Of a type that is shown inline. */
  readonly blob: Blob;
  readonly alt: string;
}

export function ImageView({ blob, alt }: ImageViewProps) {
  const url = useObjectUrl(blob, blob.type);
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p className="hint">This is no image that can be shown.</p>;
  return url && <img className="image" src={url} alt={alt} onError={() => setBroken(true)} />;
}
