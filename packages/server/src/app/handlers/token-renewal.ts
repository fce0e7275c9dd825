import { type CommandContent, RENEW_TOKEN_CODE } from 'ar-rtm-protocol';
import type { Apps } from '../../domain/apps.js';
import type { Tokens } from '../../domain/tokens.js';
import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { noteFailure } from '../engine-failure.js';
import { LogLimit } from '../log-limit.js';
import type { Session } from '../session.js';
import type { SessionHost } from '../session-host.js';
import { tokenName } from '../tickets.js';
import type { TokenWatch } from '../token-watch.js';

/** `RenewAcsToken` (api.md 3.2, extension P2): a new token for the session that goes on. A refused one changes nothing. */
export class TokenRenewal {
  private readonly limitedLog: LogLimit;

  constructor(
    private readonly context: NodeContext,
    private readonly apps: Apps,
    private readonly tokens: Tokens,
    private readonly watch: TokenWatch,
    private readonly sessions: SessionHost,
  ) {
    this.limitedLog = new LogLimit(context.logger, context.time);
  }

  async run(connection: Connection, session: Session, content: CommandContent<'RenewAcsToken'>): Promise<void> {
    const { AcsToken: token, MsgId } = content;
    const { settings, time } = this.context;
    const reply = (Code: number, ExpireTs?: number) => {
      this.context.counters.add(Code === RENEW_TOKEN_CODE.OK ? 'token_renewals' : 'token_renewals_refused');
      connection.send('RenewAcsToken', {
        Code,
        ...(MsgId !== undefined && { MsgId }),
        ...(ExpireTs !== undefined && { ExpireTs }),
      });
    };
    const nowMs = time.monotonicMs();
    if (!session.window('token renewals', settings, nowMs).admit(settings.tokenRenewals, nowMs)) {
      return reply(RENEW_TOKEN_CODE.TOO_OFTEN);
    }
    if (token === '') return reply(RENEW_TOKEN_CODE.INVALID_ARGUMENT);
    const { appId, uid } = session;
    const app = this.apps.find(appId);
    if (!app) return reply(RENEW_TOKEN_CODE.FAILURE);
    const result = this.tokens.verify({ app, uid, token, nowS: Math.floor(time.wallMs() / 1000) });
    if (result.verdict !== 'ok') {
      const { verdict, ...why } = result;
      this.limitedLog.log('info', verdict, { appId, uid, ...why }, `a new token is ${verdict}`);
      return reply(verdict === 'expired' ? RENEW_TOKEN_CODE.TOKEN_EXPIRED : RENEW_TOKEN_CODE.INVALID_TOKEN);
    }
    if (result.expireTs === undefined) return reply(RENEW_TOKEN_CODE.OK);
    const endTs = this.tokens.endOf(token, result.expireTs);
    // A published client would come back as it came, without a token that ends; so it is not bound to one in between.
    if (!session.token && connection.profile?.published !== false) return reply(RENEW_TOKEN_CODE.OK, result.expireTs);
    const { generation } = session;
    const known = endTs === undefined || (await this.renew(connection, session, token, endTs));
    // An answer that comes late may be about a claim before the one that the session has now.
    if (known === 'stale') return session.generation === generation ? this.sessions.stale(session) : undefined;
    if (!known) return reply(RENEW_TOKEN_CODE.FAILURE);
    // What there is to tell of the new token comes behind the answer.
    reply(RENEW_TOKEN_CODE.OK, result.expireTs);
    if (connection.session === session) this.watch.begin(session, endTs);
  }

  /** Ours presents the new token from now on, a published client goes on with the old one (quirk Q13). */
  private async renew(
    connection: Connection,
    { appId, uid, generation }: Session,
    token: string,
    endTs: number,
  ): Promise<boolean | 'stale'> {
    const { engine, settings, signer } = this.context;
    const name = connection.profile?.published === false ? { name: tokenName(signer.digest(token)) } : {};
    const timeoutMs = settings.engineTimeoutMs;
    try {
      const answer = await engine.registry.renewToken({ appId, uid, generation, endTs, ...name, timeoutMs });
      return answer === 'stale' ? 'stale' : true;
    } catch (error) {
      noteFailure(this.context, 'renewing a token', error);
      return false;
    }
  }
}
