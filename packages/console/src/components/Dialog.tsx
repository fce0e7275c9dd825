import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTexts } from '../i18n/language-context.js';

interface DialogProps {
  readonly title: string;
  close(): void;
  readonly children: ReactNode;
}

/** Something above the page, which has the focus until it is closed. */
export function Dialog({ title, close, children }: DialogProps) {
  const { app } = useTexts();
  return (
    <Modal.Root opened onClose={close} size="lg">
      <Modal.Overlay />
      <Modal.Content>
        {/* As a header it would be a second one of the page. */}
        <Modal.Header role="presentation">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={app.close} />
        </Modal.Header>
        <Modal.Body className="stack">{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
