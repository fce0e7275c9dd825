import { Chip, NativeSelect, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useTexts } from '../i18n/language-context.js';
import type { EntryKind } from './entry.js';
import type { LogFilter } from './log-state.js';

interface LogFiltersProps {
  readonly filter: LogFilter;
  readonly users: readonly string[];
  change(filter: LogFilter): void;
}

const KINDS: readonly EntryKind[] = ['call', 'event', 'frame'];

export function LogFilters({ filter, users, change }: LogFiltersProps) {
  const { log } = useTexts();
  const names = { call: log.calls, event: log.events, frame: log.frames };
  const toggle = (kind: EntryKind, isOn: boolean) =>
    change({ ...filter, kinds: KINDS.filter((one) => (one === kind ? isOn : filter.kinds.includes(one))) });
  return (
    <div className="filters">
      <fieldset className="kinds" aria-label={log.kinds}>
        {KINDS.map((kind) => (
          <Chip key={kind} size="xs" checked={filter.kinds.includes(kind)} onChange={(isOn) => toggle(kind, isOn)}>
            {names[kind]}
          </Chip>
        ))}
      </fieldset>
      <NativeSelect
        size="xs"
        aria-label={log.user}
        value={filter.user}
        onChange={({ target }) => change({ ...filter, user: target.value })}
        data={[{ value: '', label: log.everybody }, ...users.filter((user) => user !== '')]}
      />
      <TextInput
        size="xs"
        type="search"
        aria-label={log.search}
        placeholder={log.search}
        leftSection={<Search size={13} aria-hidden="true" />}
        value={filter.text}
        onChange={({ target }) => change({ ...filter, text: target.value })}
      />
    </div>
  );
}
