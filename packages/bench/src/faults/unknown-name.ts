import { Claims, type Scenario } from './scenario.js';
import { FaultServer, StartRefused } from './server.js';

/** No name can be so long: it is known not to resolve without asking anybody. */
const NAME = `${'x'.repeat(64)}.invalid`;
const WORDS = 'a name that does not resolve in each of the two settings that name an address to listen on';

/** The server resolves names in these two places, at its start; it connects to nobody. */
export const unknownName: Scenario = {
  name: 'disk faults: unknown name',
  load: { short: WORDS, long: WORDS },
  async run() {
    const claims = new Claims();
    const told: string[] = [];
    for (const settings of [[`host=${NAME}`, 'open=true'], [`metricsAddress=${NAME}:9090`]]) {
      const output = await FaultServer.start({ settings }).then(
        (server) => server.close().then(() => 'started'),
        (error: unknown) => (error instanceof StartRefused && error.code === 1 ? error.output : String(error)),
      );
      const isTold = /cannot start|configuration is not valid/.test(output) && /ENOTFOUND|not valid/.test(output);
      claims.holds(`the start is refused with the reason (${settings[0]}: ${output})`, isTold);
      told.push(/(ENOTFOUND|not valid:)[^"\n]*/.exec(output)?.[0].slice(0, 60) ?? '');
    }
    return { broken: claims.broken, seen: `both starts refused: ${told.join('; ')}` };
  },
};
