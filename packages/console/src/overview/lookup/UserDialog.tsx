import { Alert, Button, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../../components/Dialog.js';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useTexts } from '../../i18n/language-context.js';
import { sizeInWords } from '../../model/file-words.js';
import { type AdminClient, AdminProblem } from '../model/admin-client.js';
import type { UserFacts } from '../model/admin-types.js';
import { FactList } from './FactList.js';
import { FactTable } from './FactTable.js';
import { KickButton } from './KickButton.js';
import { positionInWords } from './position.js';
import { useLookup } from './use-lookup.js';

interface UserDialogProps {
  readonly client: AdminClient;
  readonly appId: string;
  readonly uid: string;
  close(): void;
}

/** Session, queue and positions of one user; the way to end the session. */
export function UserDialog({ client, appId, uid, close }: UserDialogProps) {
  const { operator } = useTexts();
  const { facts, error, isPending, refresh } = useLookup(`${appId} ${uid}`, () => client.user(appId, uid));
  const [kicked, setKicked] = useState<string>();
  const again = () => {
    setKicked(undefined);
    void refresh();
  };
  const isGone = error instanceof AdminProblem && error.status === 404;
  return (
    <Dialog title={operator.user(uid)} close={close}>
      <div role="status">
        {kicked !== undefined && (
          <Alert color="teal" p="xs">
            {kicked}
          </Alert>
        )}
      </div>
      {isGone ? <p className="hint">{operator.gone}</p> : <ErrorNote what={operator.failureOfSearch} error={error} />}
      {facts && !isGone && kicked === undefined && <User facts={facts} />}
      <div className="inline">
        <Button variant="default" size="xs" onClick={again} disabled={isPending}>
          {operator.refresh}
        </Button>
        {facts?.session && !isGone && kicked === undefined && (
          <KickButton
            uid={uid}
            kick={async () => {
              const wasOnline = await client.kick(appId, uid);
              setKicked(wasOnline ? operator.kicked(uid) : operator.notOnline(uid));
            }}
          />
        )}
      </div>
    </Dialog>
  );
}

function User({ facts: { presence, session, inbox } }: { readonly facts: UserFacts }) {
  const texts = useTexts();
  const { operator, people, locale } = texts;
  const { connection } = session ?? {};
  const date = (ts: number) => new Date(ts).toLocaleString(locale);
  return (
    <>
      <FactList
        facts={[
          [operator.presence, people.states[presence]],
          [operator.inbox, operator.inboxOf(inbox.waiting, inbox.stored)],
          [operator.end, positionInWords(inbox.end)],
        ]}
      />
      <Title order={3} size="h6">
        {operator.session}
      </Title>
      {session ? (
        <FactList
          facts={[
            [operator.status, operator.states[session.state]],
            [operator.node, session.isHere ? operator.hosted : operator.elsewhere(session.nodeId)],
            [operator.client, operator.clients[session.client]],
            [operator.sdk, connection?.sdkVersion],
            [operator.address, connection?.address],
            [operator.began, date(session.beganTs)],
            [operator.silent, session.silentMs === undefined ? undefined : operator.milliseconds(session.silentMs)],
            [
              operator.queue,
              connection && operator.queueOf(sizeInWords(connection.queuedBytes, texts), connection.queuedWrites),
            ],
            [operator.tokenEnds, session.tokenEndTs === undefined ? undefined : date(session.tokenEndTs * 1000)],
            [operator.watches, session.watchedPeers],
            [operator.attributeKeys, session.attributeKeys.join(', ') || operator.none],
          ]}
        />
      ) : (
        <Text size="sm">{operator.noSession}</Text>
      )}
      {session && session.channels.length > 0 && (
        <FactTable
          label={operator.channels}
          columns={[operator.channels, operator.position, operator.end, operator.status]}
          positions={[operator.position, operator.end]}
          rows={session.channels.map(({ channelId, delivered, end, state }) => [
            channelId,
            positionInWords(delivered),
            positionInWords(end),
            state,
          ])}
        />
      )}
    </>
  );
}
