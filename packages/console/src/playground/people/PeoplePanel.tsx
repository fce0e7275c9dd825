import { Text, Title } from '@mantine/core';
import { usePresence } from 'ar-rtm-react';
import { Eye } from 'lucide-react';
import { useState } from 'react';
import { EmptyNote } from '../../components/EmptyNote.js';
import { ErrorNote } from '../../components/ErrorNote.js';
import { IdForm } from '../../components/IdForm.js';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import { OwnAttributes } from './OwnAttributes.js';
import { WatchedUser } from './WatchedUser.js';

/** Who is online, and what users say of themselves. */
export function PeoplePanel() {
  const { people } = useTexts();
  const session = useSession();
  const [watched, setWatched] = useState<readonly string[]>([]);
  const { statuses, error } = usePresence(watched);
  const [queried, setQueried] = useState<{ readonly uid: string; readonly isOnline: boolean }>();
  const watch = async (uid: string) => setWatched([...watched.filter((other) => other !== uid), uid]);
  const query = async (uid: string) => setQueried({ uid, isOnline: await session.isOnline(uid) });
  return (
    <div className="stack">
      <Title order={3} size="h6">
        {people.presence}
      </Title>
      <IdForm
        label={people.field}
        submit={{ button: people.watch, failure: people.failure, run: watch }}
        other={{ button: people.query, failure: people.queryFailure, run: query }}
      />
      <output>
        {queried && (
          <Text size="sm" c="dimmed">
            {people.queried(queried.uid, queried.isOnline)}
          </Text>
        )}
      </output>
      <ErrorNote what={people.failure} error={error} />
      {watched.length === 0 ? (
        <EmptyNote icon={Eye}>{people.none}</EmptyNote>
      ) : (
        <ul className="watched" aria-label={people.watched}>
          {watched.map((uid) => (
            <WatchedUser
              key={uid}
              uid={uid}
              status={statuses[uid]}
              unwatch={() => setWatched(watched.filter((other) => other !== uid))}
            />
          ))}
        </ul>
      )}
      <OwnAttributes />
    </div>
  );
}
