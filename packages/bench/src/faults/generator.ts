/** Clients in a process of their own, so that what they cost is not the server's. */
import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Does one thing after the other, as it is asked; `Answers` has the answer to each question. */
export class Generator<Questions extends object, Answers extends { readonly [kind in keyof Questions]: unknown }> {
  private readonly child: ChildProcess;

  /**
   * `file`: compiled, beside this one; it calls `answer`. `yields`: others go first where it and they want the same core, as
   * if it ran on another machine.
   */
  constructor(file: string, { yields = false } = {}) {
    this.child = fork(fileURLToPath(new URL(file, import.meta.url)));
    if (yields) setPriority(this.pid, constants.priority.PRIORITY_LOW);
    this.child.setMaxListeners(0);
  }

  ask<K extends keyof Questions & string>(kind: K, question: Questions[K]): Promise<Answers[K]> {
    return new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`a generator ended with ${code}`));
      this.child.once('exit', gone);
      const listen = (message: { kind: string; answer: Answers[K]; failed?: string }): void => {
        if (message.kind !== kind) return;
        this.child.off('exit', gone);
        this.child.off('message', listen);
        if (message.failed === undefined) resolve(message.answer);
        else reject(new Error(message.failed));
      };
      this.child.on('message', listen);
      this.child.send({ kind, question });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

/** In the process: how each question is answered. */
export function answer<Questions extends object>(
  how: {
    readonly [kind in keyof Questions]: (question: Questions[kind]) => Promise<unknown>;
  },
): void {
  process.on('message', ({ kind, question }: { kind: keyof Questions; question: never }) => {
    how[kind](question).then(
      (given) => process.send?.({ kind, answer: given }),
      (error: unknown) => process.send?.({ kind, failed: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

/** Does `work` for each, so many at once. */
export async function forEach<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
