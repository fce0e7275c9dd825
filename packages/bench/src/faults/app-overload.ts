import { arrtm } from '../peers.js';
import type { OverloadAnswers, OverloadQuestions } from './app-overload-clients.js';
import { countIn, Delays, nowMs, stamped } from './delays.js';
import { Generator, sleep } from './generator.js';
import { Claims, type Scenario, type Size } from './scenario.js';
import { FaultServer } from './server.js';

const [RAGING, CALM] = ['a0000000000000000000000000000000', 'b0000000000000000000000000000000'];
const QUOTA = { connections: 50, messagesPerSecond: 100 };
const RAGE = { clients: 300, perSecond: 2000 };
const SECONDS = { short: 10, long: 60 };
const MEMBERS = 20;
const EVERY_MS = 50;
const LOGIN_EVERY_MS = 500;
const P99_MS = 50;

const APPS = [{ appId: RAGING, limits: QUOTA }, { appId: CALM }];

const loadOf = (size: Size): string =>
  `for ${SECONDS[size]} s ${RAGE.clients} clients (ours and published) of an app with ${QUOTA.connections} connections and ${QUOTA.messagesPerSecond} messages a second want in and send ${RAGE.perSecond} a second; ${MEMBERS} of another app talk, ${1000 / EVERY_MS} a second, and log in`;

export const appOverload: Scenario = {
  name: 'one app in overload',
  load: { short: loadOf('short'), long: loadOf('long') },
  async run(size) {
    const claims = new Claims();
    const server = await FaultServer.start({ env: { ARRTM_APPS: JSON.stringify(APPS) } });
    const raging = new Generator<OverloadQuestions, OverloadAnswers>('app-overload-clients.js');
    try {
      const open = arrtm(server.port, CALM);
      const delays = new Delays();
      const members = await Promise.all(
        Array.from({ length: MEMBERS }, async (_, at) => {
          const member = { client: await open(`calm${at}`, 'room'), counts: [] as number[] };
          member.client.onMessage = (serial) => {
            delays.arrived(serial, nowMs());
            member.counts.push(countIn(serial));
          };
          return member;
        }),
      );
      const sender = await open('sender', 'room');
      await raging.ask('rage', { port: server.port, appId: RAGING, room: 'room', ...RAGE });
      // Until the raging app has filled its place.
      await sleep(1000);
      await server.inside();
      const contention = server.contention();
      const logins: number[] = [];
      const began = performance.now();
      let sent = 0;
      let most = 0;
      let nextLogin = 0;
      const entering: Promise<void>[] = [];
      while (performance.now() - began < SECONDS[size] * 1000) {
        const passed = performance.now() - began;
        while (sent * EVERY_MS <= passed) sender.publish(stamped(++sent, nowMs()));
        if (passed >= nextLogin) {
          nextLogin += LOGIN_EVERY_MS;
          entering.push(
            open(`guest${nextLogin}`, 'room').then((guest) => {
              logins.push(performance.now() - began - passed);
              guest.close();
            }),
          );
          const metrics = await server.metrics();
          // Published clients that wait for a place have a socket, but are not logged in.
          const loggedIn = (metrics.get('arrtm_connections') ?? 0) - (metrics.get('arrtm_pending_logins') ?? 0);
          most = Math.max(most, loggedIn - MEMBERS - 1);
        }
        await sleep(5);
      }
      const refusedLogins = (await Promise.allSettled(entering)).filter(({ status }) => status === 'rejected').length;
      const waited = contention();
      const rage = await raging.ask('calmDown', {});
      await sleep(500);
      const loop = await server.inside();
      const metrics = await server.metrics();
      const refused = (name: string) => metrics.get(`arrtm_refused_app_${name}_total`) ?? Number.NaN;
      const whole = Array.from({ length: sent }, (_, at) => at + 1).join();
      const complete = members.filter(({ counts }) => counts.join() === whole).length;
      claims.holds('the calm app has every message once, in order', complete === MEMBERS);
      claims.holdsInTime(`its delay is below ${P99_MS} ms at p99`, delays.quantile(0.99) < P99_MS, waited);
      claims.holds('its logins succeed', refusedLogins === 0 && logins.length > 0);
      // Guests of the calm app come and go.
      claims.holds('the raging app has no more connections than its quota', most <= QUOTA.connections + 3);
      claims.holds('it was refused, connections and messages', refused('connections') > 0 && refused('messages') > 0);
      const taken = rage.received / QUOTA.connections;
      const allowed = QUOTA.messagesPerSecond * (SECONDS[size] + 3);
      claims.holds('no more of its messages were taken than its quota', taken <= allowed);
      for (const { client } of members) client.close();
      sender.close();
      return claims.outcome(
        `calm app: ${complete} of ${MEMBERS} complete, delay ${delays.text}, ${logins.length} logins in at most ${Math.max(...logins).toFixed(0)} ms; ` +
          `raging app: at most ${most} connections, ${rage.attempts} attempts, ${refused('connections')} logins refused, ` +
          `${rage.sent} messages tried, about ${taken.toFixed(0)} taken, ${refused('messages')} refused; loop delay ${loop.p99.toFixed(0)} ms at p99`,
      );
    } finally {
      raging.end();
      await server.close();
    }
  },
};
