import { Badge, Button, NativeSelect, Paper, SegmentedControl, Text, TextInput, Title } from '@mantine/core';
import { Search } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { EmptyNote } from '../../components/EmptyNote.js';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useAction } from '../../hooks/use-action.js';
import { useTexts } from '../../i18n/language-context.js';
import type { AdminClient } from '../model/admin-client.js';
import type { ChannelItem, Page, UserItem } from '../model/admin-types.js';
import { ChannelDialog } from './ChannelDialog.js';
import { UserDialog } from './UserDialog.js';
import { useApps } from './use-apps.js';

type Kind = 'users' | 'channels';

/** What was looked for, and what is there of it so far. */
type Found =
  | { readonly kind: 'users'; readonly appId: string; readonly search: string; readonly page: Page<UserItem> }
  | { readonly kind: 'channels'; readonly appId: string; readonly search: string; readonly page: Page<ChannelItem> };

interface Opened {
  readonly kind: Kind;
  readonly appId: string;
  readonly id: string;
}

/** Finds users and channels, and shows one of them. */
export function Lookup({ client }: { readonly client: AdminClient }) {
  const { operator } = useTexts();
  const apps = useApps(client);
  const [chosenApp, chooseApp] = useState('');
  const [kind, setKind] = useState<Kind>('users');
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found>();
  const [opened, setOpened] = useState<Opened>();
  const appId = chosenApp || apps[0]?.appId || '';

  const search = useAction(async (asked: { kind: Kind; appId: string; search: string }, before?: Found) => {
    const query = { search: asked.search, after: before?.page.next };
    if (asked.kind === 'users') {
      const page = await client.users(asked.appId, query);
      const items = before?.kind === 'users' ? [...before.page.items, ...page.items] : page.items;
      setFound({ ...asked, kind: 'users', page: { ...page, items } });
    } else {
      const page = await client.channels(asked.appId, query);
      const items = before?.kind === 'channels' ? [...before.page.items, ...page.items] : page.items;
      setFound({ ...asked, kind: 'channels', page: { ...page, items } });
    }
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void search.run({ kind, appId, search: text.trim() });
  };
  return (
    <Paper component="section" className="lookup stack" withBorder aria-label={operator.search}>
      <div>
        <Title order={2} size="h5">
          {operator.search}
        </Title>
        <Text size="sm" c="dimmed">
          {operator.searchHint}
        </Text>
      </div>
      {apps.length === 0 ? (
        <EmptyNote icon={Search}>{operator.noApps}</EmptyNote>
      ) : (
        <form className="inline" onSubmit={submit}>
          <NativeSelect
            className="grow"
            label={operator.app}
            value={appId}
            onChange={({ target }) => chooseApp(target.value)}
            data={apps.map(({ appId: value, name }) => ({ value, label: name ? `${name} (${value})` : value }))}
          />
          <SegmentedControl
            aria-label={operator.what}
            value={kind}
            onChange={(value) => setKind(value as Kind)}
            data={[
              { value: 'users', label: operator.users },
              { value: 'channels', label: operator.channels },
            ]}
          />
          <TextInput
            className="grow"
            label={operator.text}
            value={text}
            onChange={({ target }) => setText(target.value)}
            maxLength={64}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
          <Button type="submit" disabled={search.isPending}>
            {operator.find}
          </Button>
        </form>
      )}
      <ErrorNote what={operator.failureOfSearch} error={search.error} />
      <div role="status">{found?.page.items.length === 0 && <p className="hint">{operator.nothing}</p>}</div>
      {found && found.page.items.length > 0 && <Results found={found} open={setOpened} />}
      {found?.page.isComplete === false && <p className="hint">{operator.incomplete}</p>}
      {found?.page.next !== undefined && (
        <Button variant="default" onClick={() => void search.run(found, found)} disabled={search.isPending}>
          {operator.more}
        </Button>
      )}
      {opened?.kind === 'users' && (
        <UserDialog client={client} appId={opened.appId} uid={opened.id} close={() => setOpened(undefined)} />
      )}
      {opened?.kind === 'channels' && (
        <ChannelDialog client={client} appId={opened.appId} channelId={opened.id} close={() => setOpened(undefined)} />
      )}
    </Paper>
  );
}

interface ResultsProps {
  readonly found: Found;
  open(opened: Opened): void;
}

function Results({ found, open }: ResultsProps) {
  const { operator, people } = useTexts();
  const { kind, appId, page } = found;
  return (
    <ul className="results" aria-label={operator.results}>
      {kind === 'users'
        ? page.items.map(({ uid, presence, channels, hasStored }) => (
            <li key={uid}>
              <button type="button" onClick={() => open({ kind, appId, id: uid })}>
                <span className="dot" data-status={presence} aria-hidden="true" />
                <span className="id">{uid}</span>
                <span className="note">{people.states[presence]}</span>
                <span className="note">{operator.channelCount(channels)}</span>
                {hasStored && (
                  <Badge size="sm" variant="light" color="orange">
                    {operator.hasStored}
                  </Badge>
                )}
              </button>
            </li>
          ))
        : page.items.map(({ channelId, members, entries }) => (
            <li key={channelId}>
              <button type="button" onClick={() => open({ kind, appId, id: channelId })}>
                <span className="id">{channelId}</span>
                <span className="note">{operator.members(members)}</span>
                <span className="note">{operator.entries(entries)}</span>
              </button>
            </li>
          ))}
    </ul>
  );
}
