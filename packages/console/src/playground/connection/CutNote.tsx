import { Alert, Button } from '@mantine/core';
import { Unplug } from 'lucide-react';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';

/** Above all parts while the network is cut: nothing else would tell why. */
export function CutNote() {
  const { network } = useTexts();
  const { line } = useSession();
  return (
    <Alert className="cut-note" color="orange" p="xs" icon={<Unplug size={16} aria-hidden="true" />}>
      <div className="cut-line">
        <span>{network.isCut}</span>
        <Button size="compact-xs" color="orange" variant="filled" onClick={() => line.restore()}>
          {network.restore}
        </Button>
      </div>
    </Alert>
  );
}
