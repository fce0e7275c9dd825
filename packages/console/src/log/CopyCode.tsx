import { Button } from '@mantine/core';
import { Check, ClipboardCopy } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTexts } from '../i18n/language-context.js';
import type { LogEntry } from './entry.js';
import { snippetOf } from './snippet.js';

/** Seldom needed. */
const CodeDialog = lazy(() => import('./CodeDialog.js'));

const SHOWN_MS = 2500;

/** Puts what was done on the clipboard, as a program. */
export function CopyCode({ entries }: { readonly entries: readonly LogEntry[] }) {
  const { log } = useTexts();
  const [isCopied, setCopied] = useState(false);
  /** Where the browser does not let the page copy. */
  const [code, setCode] = useState<string>();
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    const text = snippetOf(entries, serverOf(location));
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Pages without TLS have no clipboard.
      setCode(text);
    }
  };
  return (
    <>
      <Button
        size="xs"
        variant="light"
        leftSection={isCopied ? <Check size={14} aria-hidden="true" /> : <ClipboardCopy size={14} aria-hidden="true" />}
        disabled={!entries.some(({ kind }) => kind === 'call')}
        onClick={() => void copy()}
      >
        <span aria-live="polite">{isCopied ? log.copied : log.copy}</span>
      </Button>
      {code !== undefined && (
        <Suspense fallback={null}>
          <CodeDialog code={code} close={() => setCode(undefined)} />
        </Suspense>
      )}
    </>
  );
}

function serverOf({ hostname: host, port, protocol }: Location) {
  const isSecure = protocol === 'https:';
  return { host, port: Number(port) || (isSecure ? 443 : 80), isSecure };
}
