import type { Clock, Environment, LogSink } from '../ports.js';
import type { Wechat } from './wechat-api.js';
import { wechatNetwork } from './wechat-network.js';
import { WechatRandom } from './wechat-random.js';

/** A mini-program has the clock of the wall only; when that is set back, this one goes on. */
function steadyClock(): Pick<Clock, 'now'> {
  let last = Date.now();
  let lost = 0;
  return {
    now() {
      const wall = Date.now();
      if (wall < last) lost += last - wall;
      last = wall;
      return wall + lost;
    },
  };
}

const clock: Clock = {
  ...steadyClock(),
  wallTime: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  macrotask(task) {
    setTimeout(task, 0);
  },
};

const log: LogSink = (severity, line) => {
  (console[(['debug', 'info', 'warn', 'error'] as const)[severity]] ?? console.log)(line);
};

export interface WechatEnvironment extends Environment {
  readonly random: WechatRandom;
}

export function wechatEnvironment(wx: Wechat): WechatEnvironment {
  return { clock, random: new WechatRandom(wx), network: wechatNetwork(wx, clock), log };
}
