import { type Frame, Line } from './line.js';
import { loginIn } from './login-frame.js';

interface Expected {
  readonly appId: string;
  readonly uid: string;
  readonly line: Line;
}

/**
 * The lines of all users of the page. The SDK opens sockets without saying for whom; their first frame, the Login, tells: it
 * names the user, and the login call that it belongs to by an id which reconnects keep.
 */
export class Network {
  private expected: readonly Expected[] = [];
  private readonly byLogin = new Map<string, Line>();

  newLine(onFrame: (frame: Frame) => void): Line {
    return new Line(onFrame);
  }

  /** The next login of this user is of this line. */
  expect(line: Line, appId: string, uid: string): void {
    this.expected = [...this.expected.filter((other) => other.line !== line), { appId, uid, line }];
  }

  forget(line: Line): void {
    this.expected = this.expected.filter((other) => other.line !== line);
    for (const [id, known] of this.byLogin) if (known === line) this.byLogin.delete(id);
  }

  /** Whose socket it is, by its first frame. Absent for sockets that are not of the SDK. */
  lineOf(firstFrame: string): Line | undefined {
    const login = loginIn(firstFrame);
    if (!login) return undefined;
    const known = this.byLogin.get(login.id);
    if (known) return known;
    const matching = this.expected.filter(({ appId, uid }) => appId === login.appId && uid === login.uid);
    // Two users of the same name on one page: the one that has called later is answered for first.
    const line = matching.at(-1)?.line;
    if (!line) return undefined;
    this.byLogin.set(login.id, line);
    this.expected = this.expected.filter((other) => other.line !== line);
    return line;
  }
}
