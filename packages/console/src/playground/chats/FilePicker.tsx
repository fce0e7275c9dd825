import { ActionIcon } from '@mantine/core';
import { Paperclip } from 'lucide-react';
import { type ChangeEvent, useRef } from 'react';
import { useTexts } from '../../i18n/language-context.js';

interface FilePickerProps {
  /** To whom, for the label of the button. */
  readonly to: string;
  pick(files: readonly File[]): void;
}

/** A button that lets one choose files. */
export function FilePicker({ to, pick }: FilePickerProps) {
  const { chat } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    pick([...(target.files ?? [])]);
    // The same file can be chosen again.
    target.value = '';
  };
  return (
    <>
      <input type="file" multiple hidden ref={input} onChange={onChange} />
      <ActionIcon
        variant="default"
        size={36}
        aria-label={chat.sendFilesTo(to)}
        title={chat.sendFiles}
        onClick={() => input.current?.click()}
      >
        <Paperclip size={17} aria-hidden="true" />
      </ActionIcon>
    </>
  );
}
