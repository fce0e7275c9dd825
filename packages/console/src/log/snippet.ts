import { RTMException } from 'ar-rtm-sdk';
import type { CallEntry, LogEntry } from './entry.js';
import { literal, nameFor, quoted } from './literal.js';

/** Where the page found its server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

/** Tokens are not noted. */
const TOKEN_HINT = 'YOUR_TOKEN';

/**
 * The calls of these entries as a program: the users, what they listen to, and what they do, in order. Calls that failed are
 * comments. Empty without a call.
 */
export function snippetOf(entries: readonly LogEntry[], server: ServerAddress): string {
  const calls = entries.filter((entry) => entry.kind === 'call');
  if (calls.length === 0) return '';
  return new Snippet(entries, calls, server).text();
}

class Snippet {
  private readonly used = new Set<string>(['ArRTM']);
  private readonly names = new Map<object, string>();
  private readonly loggedIn = new Set<object>();
  private readonly joined = new Set<object>();
  private readonly lines: string[] = [];

  constructor(
    private readonly entries: readonly LogEntry[],
    private readonly calls: readonly CallEntry[],
    private readonly server: ServerAddress,
  ) {}

  text(): string {
    const { host, port, isSecure } = this.server;
    const address = `{ ServerAdd: ${quoted(host)}, Port: ${port}, Wss: ${isSecure} }`;
    this.lines.push("import ArRTM from 'ar-rtm-sdk';", '', `const config = { confPriCloudAddr: ${address} };`);
    for (const call of this.calls) this.write(call);
    return `${this.lines.join('\n')}\n`;
  }

  private write(call: CallEntry): void {
    const client = this.client(call);
    const { outcome } = call;
    const isLogin = call.callee.kind === 'client' && call.name === 'login';
    if (!isLogin && outcome.state !== 'failed') this.ensureLogin(call, client);
    const text = this.statement(call, client);
    if (outcome.state !== 'failed') {
      this.lines.push(...text);
      return;
    }
    const { error } = outcome;
    const why = error instanceof RTMException ? `code ${error.code}, ${error.name}` : String(error);
    this.lines.push(`// Failed (${why.replace(/\s+/g, ' ')}):`, ...text.map((line) => `// ${line}`));
  }

  /** The variable of the client; made with its listeners when it is met first. */
  private client({ client, appId, user }: CallEntry): string {
    const known = this.names.get(client);
    if (known) return known;
    const name = nameFor(user, 'user', this.used);
    this.names.set(client, name);
    this.lines.push('', `const ${name} = ArRTM.createInstance(${quoted(appId)}, config);`);
    for (const event of this.eventsOf(client, 'client')) this.lines.push(listener(name, event, user));
    for (const { callee: invitation, name: verb } of this.calls) {
      if (invitation.kind !== 'incoming' || this.names.has(invitation.object)) continue;
      if (!this.calls.some((other) => other.callee === invitation && other.client === client)) continue;
      const promise = nameFor(`${verb} ${invitation.id}`, 'invitation', this.used);
      this.names.set(invitation.object, promise);
      const wait = `${name}.once('RemoteInvitationReceived', resolve)`;
      this.lines.push(`const ${promise} = new Promise((resolve) => ${wait});`);
    }
    return name;
  }

  private ensureLogin({ client, user }: CallEntry, name: string): void {
    if (this.loggedIn.has(client)) return;
    this.loggedIn.add(client);
    this.lines.push(`await ${name}.login({ uid: ${quoted(user)} });`);
  }

  private statement(call: CallEntry, client: string): readonly string[] {
    const { callee, name, client: of } = call;
    const args = this.args(call);
    switch (callee.kind) {
      case 'client':
        if (name === 'login' && call.outcome.state !== 'failed') this.loggedIn.add(of);
        if (name === 'createMediaMessageByUploading') {
          const message = nameFor('fileMessage', 'message', this.used);
          if (call.outcome.state === 'done') this.names.set(call.outcome.value as object, message);
          return [`const ${message} = await ${client}.${name}(${args});`];
        }
        return [asked(`await ${client}.${name}(${args})`, call)];
      case 'channel': {
        const { channel, made } = this.channel(call, client, name !== 'join');
        return [...made, asked(`await ${channel}.${name}(${args})`, call)];
      }
      case 'outgoing':
        return this.invitation(call, client);
      case 'incoming': {
        const promise = this.names.get(callee.object) ?? 'invitation';
        const { response } = call.set;
        if (response === undefined) return [`(await ${promise}).${name}();`];
        return [`(await ${promise}).response = ${quoted(response)};`, `(await ${promise}).${name}();`];
      }
    }
  }

  private channel(call: CallEntry, client: string, mustBeJoined: boolean) {
    const { callee, client: of, user } = call;
    const known = this.names.get(callee.object);
    const channel = known ?? nameFor(callee.id, 'channel', this.used);
    this.names.set(callee.object, channel);
    const made = known
      ? []
      : [
          `const ${channel} = ${client}.createChannel(${quoted(callee.id)});`,
          ...this.eventsOf(of, callee.id).map((event) => listener(channel, event, user)),
        ];
    if (mustBeJoined && !this.joined.has(callee.object)) made.push(`await ${channel}.join();`);
    this.joined.add(callee.object);
    return { channel, made };
  }

  private invitation({ callee, name, set }: CallEntry, client: string): readonly string[] {
    const known = this.names.get(callee.object);
    const invitation = known ?? nameFor(`call ${callee.id}`, 'call', this.used);
    this.names.set(callee.object, invitation);
    const made = known ? [] : [`const ${invitation} = ${client}.createLocalInvitation(${quoted(callee.id)});`];
    const assigned = Object.entries(set).map(([field, value]) => `${invitation}.${field} = ${quoted(value)};`);
    return [...made, ...(known ? [] : assigned), `${invitation}.${name}();`];
  }

  private args({ name, args }: CallEntry): string {
    if (name === 'renewToken') return quoted(TOKEN_HINT);
    if (name === 'login') {
      return args
        .map((options) =>
          literal({ ...(options as object), ...('token' in (options as object) && { token: TOKEN_HINT }) }),
        )
        .join(', ');
    }
    return args.map((value) => this.names.get(value as object) ?? literal(value)).join(', ');
  }

  private eventsOf(client: object, source: string): readonly string[] {
    const heard = this.entries.flatMap((entry) =>
      entry.kind === 'event' && entry.client === client && entry.source === source ? [entry.name] : [],
    );
    return [...new Set(heard)];
  }
}

function listener(target: string, event: string, user: string): string {
  return `${target}.on('${event}', (...args) => console.log(${quoted(user)}, '${event}', ...args));`;
}

/** What was asked for is shown. */
function asked(call: string, { name }: CallEntry): string {
  return /^(get|query|download)/.test(name) ? `console.log(${call});` : `${call};`;
}
