import { useTexts } from '../../i18n/language-context.js';

interface MemberListProps {
  readonly members: readonly string[];
}

export function MemberList({ members }: MemberListProps) {
  const { channels } = useTexts();
  return (
    <ul className="members" aria-label={channels.members}>
      {members.map((member) => (
        <li key={member}>{member}</li>
      ))}
    </ul>
  );
}
