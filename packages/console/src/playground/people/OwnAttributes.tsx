import { Text, Title } from '@mantine/core';
import { useUserAttributes } from 'ar-rtm-react';
import { AttributeEditor } from '../../components/AttributeEditor.js';
import { useTexts } from '../../i18n/language-context.js';

/** What this user says of itself. */
export function OwnAttributes() {
  const { people } = useTexts();
  const { attributes, update, remove } = useUserAttributes();
  return (
    <>
      <div>
        <Title order={3} size="h6">
          {people.own}
        </Title>
        <Text size="sm" c="dimmed">
          {people.ownHint}
        </Text>
      </div>
      <AttributeEditor
        label={people.own}
        attributes={Object.entries(attributes).map(([key, value]) => ({ key, value }))}
        set={(key, value) => update({ [key]: value })}
        remove={remove}
      />
    </>
  );
}
