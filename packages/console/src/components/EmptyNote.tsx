import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyNoteProps {
  readonly icon: LucideIcon;
  readonly children: ReactNode;
}

/** Where nothing is yet: what would be, and how it comes. */
export function EmptyNote({ icon: Icon, children }: EmptyNoteProps) {
  return (
    <div className="empty">
      <Icon size={28} strokeWidth={1.5} aria-hidden="true" />
      <p>{children}</p>
    </div>
  );
}
