import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { useTexts } from '../i18n/language-context.js';
import { errorInWords } from '../model/words.js';

interface ErrorNoteProps {
  /** What did not work, such as "Could not join". */
  readonly what: string;
  readonly error: unknown;
}

/** Nothing without an error. */
export function ErrorNote({ what, error }: ErrorNoteProps) {
  const texts = useTexts();
  if (error === undefined) return null;
  return (
    <Alert className="error-note" color="red" role="alert" p="xs" icon={<CircleAlert size={16} aria-hidden="true" />}>
      {what}: {errorInWords(error, texts)}
    </Alert>
  );
}
