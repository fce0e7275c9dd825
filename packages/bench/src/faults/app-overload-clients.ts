/** The app that is too much in "one app in overload": more clients than it may have, which send more than they may. */
import { arrtm, type OwnClient } from '../peers.js';
import { answer, sleep } from './generator.js';

export interface OverloadQuestions {
  readonly rage: {
    readonly port: number;
    readonly appId: string;
    readonly room: string;
    /** Clients that want in, half of them as the published SDK is, and their messages a second, all together. */
    readonly clients: number;
    readonly perSecond: number;
  };
  readonly calmDown: Record<string, never>;
}

export interface OverloadAnswers {
  readonly rage: undefined;
  readonly calmDown: {
    readonly attempts: number;
    readonly entered: number;
    readonly sent: number;
    readonly refused: number;
    readonly received: number;
  };
}

/** Whoever was refused comes again this soon; real clients wait for 2 s. */
const RETRY_MS = 200;
const figures = { attempts: 0, entered: 0, sent: 0, refused: 0, received: 0 };
const inside: OwnClient[] = [];
let isOver = false;

async function comeIn({ port, appId, room }: OverloadQuestions['rage'], index: number): Promise<void> {
  const open = arrtm(port, appId, { published: index % 2 === 1 });
  while (!isOver) {
    figures.attempts++;
    const client = await open(`raging${index}`, room, '127.0.2.1').catch(() => undefined);
    if (client) {
      figures.entered++;
      client.onMessage = () => void figures.received++;
      client.onRefused = () => void figures.refused++;
      inside.push(client);
      await client.closed;
      inside.splice(inside.indexOf(client), 1);
    }
    await sleep(RETRY_MS);
  }
}

async function send(perSecond: number): Promise<void> {
  const began = performance.now();
  for (let serial = 0; !isOver; ) {
    const due = ((performance.now() - began) / 1000) * perSecond;
    while (serial < due) {
      inside[serial % Math.max(1, inside.length)]?.publish(serial);
      serial++;
    }
    figures.sent = serial;
    await sleep(10);
  }
}

answer<OverloadQuestions>({
  async rage(question) {
    for (let index = 0; index < question.clients; index++) void comeIn(question, index);
    void send(question.perSecond);
  },
  async calmDown() {
    isOver = true;
    return figures;
  },
});
