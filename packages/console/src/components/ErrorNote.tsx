import { errorInWords } from '../model/words.js';

interface ErrorNoteProps {
  /** What did not work, such as "Could not join". */
  readonly what: string;
  readonly error: unknown;
}

/** Nothing without an error. */
export function ErrorNote({ what, error }: ErrorNoteProps) {
  if (error === undefined) return null;
  return (
    <p className="error" role="alert">
      {what}: {errorInWords(error)}
    </p>
  );
}
