/** What the Login frame says of its sender (docs/protocol.md). */
export interface LoginFrame {
  readonly appId: string;
  readonly uid: string;
  /** New for each login call, kept by its reconnects. */
  readonly id: string;
}

/** Absent when it is another frame, or none. */
export function loginIn(text: string): LoginFrame | undefined {
  const frame = objectIn(text);
  if (frame?.Cmd !== 'Login' || typeof frame.Content !== 'string') return undefined;
  const { UserId: uid, UserSId: id } = objectIn(frame.Content) ?? {};
  const { AppId: appId } = frame;
  if (typeof appId !== 'string' || typeof uid !== 'string' || typeof id !== 'string') return undefined;
  return { appId, uid, id };
}

/** What could be used to log in. */
const SECRETS: ReadonlySet<string> = new Set(['AcsToken', 'Token', 'SessionId']);

/** The command of a frame and its content for people, without tokens and tickets. */
export function frameInWords(text: string): { readonly command: string; readonly content: string } {
  const frame = objectIn(text);
  if (typeof frame?.Cmd !== 'string') return { command: '?', content: text };
  if (typeof frame.Content !== 'string' || frame.Content === '') return { command: frame.Cmd, content: '' };
  const content = objectIn(frame.Content);
  if (!content) return { command: frame.Cmd, content: frame.Content };
  const hide = (name: string, value: unknown) => (SECRETS.has(name) && value !== '' ? '•••' : value);
  return { command: frame.Cmd, content: JSON.stringify(content, hide) };
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
