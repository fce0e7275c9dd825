interface MemberListProps {
  readonly members: readonly string[];
}

export function MemberList({ members }: MemberListProps) {
  return (
    <ul className="members" aria-label="Members">
      {members.map((member) => (
        <li key={member}>{member}</li>
      ))}
    </ul>
  );
}
