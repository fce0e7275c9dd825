import { Button } from '@mantine/core';
import { useUserAttributes } from 'ar-rtm-react';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useTexts } from '../../i18n/language-context.js';

/** Attributes of somebody else, as they were when they were read. */
export function UserAttributes({ uid }: { readonly uid: string }) {
  const { people } = useTexts();
  const { attributes, error, isLoading, refresh } = useUserAttributes(uid);
  const entries = Object.entries(attributes);
  return (
    <div className="attributes">
      <ErrorNote what={people.readFailure} error={error} />
      {!error && entries.length === 0 && !isLoading && <p className="hint">{people.noAttributes}</p>}
      {entries.length > 0 && (
        <dl aria-label={people.attributesOf(uid)}>
          {entries.map(([key, value]) => (
            <div key={key} className="attribute">
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <Button size="compact-xs" variant="default" disabled={isLoading} onClick={() => void refresh()}>
        {people.read}
      </Button>
    </div>
  );
}
