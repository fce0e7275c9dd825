import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A child process whose lines can be awaited. */
export class Child {
  out = '';
  err = '';
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;
  readonly #waiting: { pattern: RegExp; resolve: (match: RegExpExecArray) => void }[] = [];

  constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
      this.#look();
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => resolve({ code, signal, out: this.out, err: this.err }));
    });
  }

  static node(file: string, ...args: string[]): Child {
    return new Child(process.execPath, [file, ...args]);
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Resolves when the output has what matches; rejects when the process ends without it. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const said = new Promise<RegExpExecArray>((resolve) => {
      this.#waiting.push({ pattern, resolve });
      this.#look();
    });
    const ended = this.ended.then(({ code, signal, err }): never => {
      throw new Error(`The process ended (${code ?? signal}) without saying ${pattern}: ${err}`);
    });
    return Promise.race([said, ended]);
  }

  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  async kill(signal: NodeJS.Signals): Promise<Ended> {
    this.#process.kill(signal);
    return this.ended;
  }

  #look(): void {
    for (const { pattern, resolve } of [...this.#waiting]) {
      const match = pattern.exec(this.out);
      if (match) resolve(match);
    }
  }
}
