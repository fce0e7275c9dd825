import { Button, Title } from '@mantine/core';
import { Dialog } from '../../components/Dialog.js';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useTexts } from '../../i18n/language-context.js';
import { sizeInWords } from '../../model/file-words.js';
import { type AdminClient, AdminProblem } from '../model/admin-client.js';
import type { ChannelFacts } from '../model/admin-types.js';
import { FactList } from './FactList.js';
import { FactTable } from './FactTable.js';
import { positionInWords } from './position.js';
import { useLookup } from './use-lookup.js';

interface ChannelDialogProps {
  readonly client: AdminClient;
  readonly appId: string;
  readonly channelId: string;
  close(): void;
}

/** The log of one channel, and its members. */
export function ChannelDialog({ client, appId, channelId, close }: ChannelDialogProps) {
  const { operator } = useTexts();
  const { facts, error, isPending, refresh } = useLookup(`${appId} ${channelId}`, () =>
    client.channel(appId, channelId),
  );
  const isGone = error instanceof AdminProblem && error.status === 404;
  return (
    <Dialog title={operator.channel(channelId)} close={close}>
      {isGone ? <p className="hint">{operator.gone}</p> : <ErrorNote what={operator.failureOfSearch} error={error} />}
      {facts && !isGone && <Channel facts={facts} />}
      <div>
        <Button variant="default" size="xs" onClick={() => void refresh()} disabled={isPending}>
          {operator.refresh}
        </Button>
      </div>
    </Dialog>
  );
}

function Channel({ facts: { memberCount, log, attributes, members } }: { readonly facts: ChannelFacts }) {
  const texts = useTexts();
  const { operator } = texts;
  return (
    <>
      <FactList
        facts={[
          [operator.memberList, memberCount],
          [operator.log, `${operator.entries(log.entries)}, ${sizeInWords(log.bytes, texts)}`],
          [operator.end, positionInWords(log.end)],
          [operator.attributeKeys, attributes.keys.join(', ') || operator.none],
        ]}
      />
      <Title order={3} size="h6">
        {operator.memberList}
      </Title>
      {members.items.length === 0 ? (
        <p className="hint">{operator.noMembers}</p>
      ) : (
        <FactTable
          label={operator.memberList}
          columns={[operator.users, operator.position, operator.status]}
          positions={[operator.position]}
          rows={members.items.map(({ uid, delivered, state }) => [uid, positionInWords(delivered), state])}
        />
      )}
    </>
  );
}
