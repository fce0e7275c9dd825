interface MemberListProps {
  readonly members: readonly string[];
}

export function MemberList({ members }: MemberListProps) {
  return (
    <div>
      <h3 id="members-title">Members</h3>
      <ul className="members" aria-labelledby="members-title">
        {members.map((member) => (
          <li key={member}>{member}</li>
        ))}
      </ul>
    </div>
  );
}
