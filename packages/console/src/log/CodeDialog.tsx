import { Code, Text } from '@mantine/core';
import { Dialog } from '../components/Dialog.js';
import { useTexts } from '../i18n/language-context.js';

interface CodeDialogProps {
  readonly code: string;
  close(): void;
}

/** A program to copy by hand. */
export default function CodeDialog({ code, close }: CodeDialogProps) {
  const { log } = useTexts();
  return (
    <Dialog title={log.code} close={close}>
      <Text size="sm" mb="xs">
        {log.copyFailure}
      </Text>
      <Code block className="wrap" tabIndex={0}>
        {code}
      </Code>
    </Dialog>
  );
}
