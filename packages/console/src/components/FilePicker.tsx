import { type ChangeEvent, useRef } from 'react';

interface FilePickerProps {
  /** To whom, for the label of the button. */
  readonly to: string;
  pick(files: readonly File[]): void;
}

/** A button that lets one choose files. */
export function FilePicker({ to, pick }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    pick([...(target.files ?? [])]);
    // The same file can be chosen again.
    target.value = '';
  };
  return (
    <>
      <input type="file" multiple hidden ref={input} onChange={onChange} />
      <button type="button" aria-label={`Send files to ${to}`} onClick={() => input.current?.click()}>
        Send files
      </button>
    </>
  );
}
