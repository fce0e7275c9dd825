import { useEffect, useState } from 'react';

/** An address of the Blob, as one of this type, for as long as it is shown. */
export function useObjectUrl(blob: Blob, type: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob.slice(0, blob.size, type));
    setUrl(made);
    return () => {
      setUrl(undefined);
      URL.revokeObjectURL(made);
    };
  }, [blob, type]);
  return url;
}
