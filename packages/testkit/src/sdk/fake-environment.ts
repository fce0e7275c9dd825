import { FakeClock } from './fake-clock.js';
import { FakeNetwork } from './fake-network.js';
import { FakeServer } from './fake-server.js';

/** An environment for SDK clients in which everything is decided by the test; fits the `Environment` port. */
export class FakeEnvironment {
  readonly clock = new FakeClock();
  readonly server = new FakeServer();
  readonly network = new FakeNetwork(this.clock, this.server);
  /** Log lines by severity 0 to 3. */
  readonly logged: { severity: number; line: string }[] = [];
  /** What `random.fraction` answers. */
  fraction = 0.5;
  private hexCount = 0;

  readonly random = {
    fraction: () => this.fraction,
    hex: (digits: number) => {
      this.hexCount += 1;
      return this.hexCount.toString(16).padStart(digits, '0');
    },
  };

  readonly log = (severity: number, line: string): void => {
    this.logged.push({ severity, line });
  };
}
