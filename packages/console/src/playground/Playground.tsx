import { Button, SegmentedControl, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useSeats, useWorkspace } from '../hooks/use-workspace.js';
import { useTexts } from '../i18n/language-context.js';
import { EventLog } from '../log/EventLog.js';
import { MOST_SEATS } from '../model/workspace.js';
import { SeatCard } from './SeatCard.js';
import { useSeatNames } from './use-seat-names.js';

/** Several users side by side, and below what they do and hear. One at a time where there is no room. */
export function Playground() {
  const texts = useTexts();
  const workspace = useWorkspace();
  const seats = useSeats();
  const names = useSeatNames(seats);
  const isNarrow = useMediaQuery('(max-width: 46em)', false, { getInitialValueInEffect: false });
  const [chosen, choose] = useState(0);
  const shown = seats.find(({ id }) => id === chosen) ?? seats[0];

  const add = () => {
    workspace.add();
    choose(workspace.seats.get().at(-1)?.id ?? 0);
  };
  return (
    <div className="playground">
      <div className="view-head">
        <div>
          <Title order={1} size="h3">
            {texts.playground.heading}
          </Title>
          <Text size="sm" c="dimmed">
            {texts.playground.lead}
          </Text>
        </div>
        <Button
          variant="light"
          leftSection={<UserPlus size={16} aria-hidden="true" />}
          onClick={add}
          disabled={seats.length >= MOST_SEATS}
        >
          {texts.playground.addUser}
        </Button>
      </div>
      {isNarrow && seats.length > 1 && (
        <SegmentedControl
          fullWidth
          aria-label={texts.playground.users}
          value={String(shown?.id)}
          onChange={(id) => choose(Number(id))}
          data={seats.map(({ id }) => ({ value: String(id), label: names.get(id) || texts.playground.unnamed }))}
        />
      )}
      <div className="seats">
        {seats.map((seat) => (
          <SeatCard key={seat.id} seat={seat} isHidden={isNarrow && seat !== shown} canLeave={seats.length > 1} />
        ))}
      </div>
      <EventLog />
    </div>
  );
}
