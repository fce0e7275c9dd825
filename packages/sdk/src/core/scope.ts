/**
 * The life of a session, or of one stay in a channel. An event carries the scope it belongs to, and is not dispatched
 * when that has ended: after `logout` or `leave` the application hears nothing more of it (api.md 4.0, rule 4).
 */
export class Scope {
  private hasEnded = false;

  constructor(private readonly parent?: Scope) {}

  end(): void {
    this.hasEnded = true;
  }

  get isOver(): boolean {
    return this.hasEnded || this.parent?.isOver === true;
  }
}
