/** Who is in a channel: the list that was asked for, and what has happened since it was asked for. */
export class MemberList {
  private ids: ReadonlySet<string> = new Set();
  /** Events since the list was asked for; the answer may be older than they are. */
  private since: ((ids: Set<string>) => void)[] | undefined;

  get all(): readonly string[] {
    return [...this.ids];
  }

  joined(memberId: string): void {
    this.apply((ids) => ids.add(memberId));
  }

  left(memberId: string): void {
    this.apply((ids) => ids.delete(memberId));
  }

  /** The list is asked for. */
  asked(): void {
    this.since = [];
  }

  answered(memberIds: readonly string[]): void {
    const changes = this.since ?? [];
    this.since = undefined;
    this.ids = new Set(memberIds);
    for (const change of changes) this.apply(change);
  }

  clear(): void {
    this.ids = new Set();
    this.since = undefined;
  }

  private apply(change: (ids: Set<string>) => void): void {
    this.since?.push(change);
    const ids = new Set(this.ids);
    change(ids);
    this.ids = ids;
  }
}
