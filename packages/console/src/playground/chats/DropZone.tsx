import type { ReactNode } from 'react';
import { useFileDrop } from '../../hooks/use-file-drop.js';
import { useTexts } from '../../i18n/language-context.js';

interface DropZoneProps {
  /** To whom, for the words that show while files are held over it. */
  readonly to: string;
  drop(files: readonly File[]): void;
  readonly children: ReactNode;
}

/** A chat, which files can be dropped on. The keyboard has the button for it. */
export function DropZone({ to, drop, children }: DropZoneProps) {
  const { chat } = useTexts();
  const { isOver, listeners } = useFileDrop(drop);
  return (
    <div className="chat" data-dropping={isOver} {...listeners}>
      {children}
      {isOver && <p className="drop">{chat.drop(to)}</p>}
    </div>
  );
}
