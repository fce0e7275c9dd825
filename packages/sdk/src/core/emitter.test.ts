import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { EventEmitter } from './emitter.js';

interface Events {
  a(...args: unknown[]): void;
  b(): void;
}

class Emitter extends EventEmitter<Events> {
  readonly failures: unknown[] = [];
  protected override listenerFailed(error: unknown): void {
    this.failures.push(error);
  }
}

describe('on, once, off', () => {
  test('return the emitter', () => {
    const emitter = new Emitter();
    const listener = () => undefined;
    expect(emitter.on('a', listener).once('b', listener).off('a', listener).removeAllListeners('b')).toBe(emitter);
  });

  test('a function is kept once per event, in its place', () => {
    const emitter = new Emitter();
    const calls: string[] = [];
    const first = () => calls.push('first');
    emitter.on('a', first);
    emitter.on('a', () => calls.push('second'));
    emitter.on('a', first);
    emitter.once('a', first);
    emitter.emit('a');
    emitter.emit('a');
    expect(calls).toEqual(['first', 'second', 'first', 'second']);
  });

  test('on after once makes it permanent', () => {
    const emitter = new Emitter();
    const listener = vi.fn();
    emitter.once('a', listener).on('a', listener);
    emitter.emit('a');
    emitter.emit('a');
    expect(listener).toHaveBeenCalledTimes(2);
    expect(emitter.rawListeners('a')).toEqual([listener]);
  });

  test('a listener that is no function is refused', () => {
    const emitter = new Emitter();
    expect(() => emitter.on('a', 'text' as never)).toThrow(TypeError);
    expect(() => emitter.once('a', undefined as never)).toThrow(TypeError);
  });

  test('off removes once listeners by the original and by the wrapper, and ignores strangers', () => {
    const emitter = new Emitter();
    const listener = () => undefined;
    emitter.once('a', listener).off('a', listener);
    expect(emitter.listenerCount('a')).toBe(0);
    emitter.once('a', listener).off('a', emitter.rawListeners('a')[0] as () => void);
    expect(emitter.listenerCount('a')).toBe(0);
    emitter.on('a', listener).off('a', () => undefined);
    expect(emitter.listeners('a')).toEqual([listener]);
  });

  test('removeAllListeners takes one event or all', () => {
    const emitter = new Emitter();
    emitter.on('a', () => undefined).on('b', () => undefined);
    emitter.removeAllListeners('a');
    expect([emitter.listenerCount('a'), emitter.listenerCount('b')]).toEqual([0, 1]);
    emitter.removeAllListeners();
    expect(emitter.listenerCount('b')).toBe(0);
  });

  test('rawListeners hold the original of a once registration', () => {
    const emitter = new Emitter();
    const listener = () => undefined;
    emitter.once('a', listener);
    expect(emitter.listeners('a')).toEqual([listener]);
    expect((emitter.rawListeners('a')[0] as unknown as { listener: unknown }).listener).toBe(listener);
  });
});

describe('emit', () => {
  test('passes the arguments and the emitter, and says whether anyone listened', () => {
    const emitter = new Emitter();
    const seen: unknown[] = [];
    expect(emitter.emit('a', 1)).toBe(false);
    emitter.on('a', function (this: unknown, ...args) {
      seen.push(this, ...args);
    });
    expect(emitter.emit('a', 1, 'two')).toBe(true);
    expect(seen).toEqual([emitter, 1, 'two']);
  });

  test('a listener that throws stops nobody', () => {
    const emitter = new Emitter();
    const error = new Error('in a listener');
    const other = vi.fn();
    emitter.on('a', () => {
      throw error;
    });
    emitter.on('a', other);
    expect(emitter.emit('a')).toBe(true);
    expect(other).toHaveBeenCalledOnce();
    expect(emitter.failures).toEqual([error]);
  });

  test('there is nothing special about a listener for "error"', () => {
    expect(new EventEmitter<{ error(): void }>().emit('error', new Error('no one cares'))).toBe(false);
  });

  // B8 of api.md: in 1.0.15, a once listener that went away during emit made the next one be skipped.
  test('once listeners do not make others be skipped', () => {
    const emitter = new Emitter();
    const calls: number[] = [];
    emitter.once('a', () => calls.push(1));
    emitter.on('a', () => calls.push(2));
    emitter.emit('a');
    emitter.emit('a');
    expect(calls).toEqual([1, 2, 2]);
  });

  test('a once listener is called once, also when it emits itself', () => {
    const emitter = new Emitter();
    const late = vi.fn();
    const first = vi.fn(() => emitter.emit('a'));
    emitter.once('a', () => void first());
    emitter.once('a', () => void late());
    emitter.emit('a');
    expect([first.mock.calls.length, late.mock.calls.length]).toEqual([1, 1]);
  });

  test('calls exactly those present at the start, whatever listeners do meanwhile', () => {
    const listenerCount = 6;
    const action = fc.tuple(
      fc.constantFrom('on', 'off', 'once', 'all'),
      fc.integer({ min: 0, max: listenerCount - 1 }),
    );
    const plan = fc.array(fc.array(action, { maxLength: 3 }), { minLength: listenerCount, maxLength: listenerCount });
    fc.assert(
      fc.property(plan, fc.uniqueArray(fc.integer({ min: 0, max: listenerCount - 1 })), (plans, present) => {
        const emitter = new Emitter();
        const calls: number[] = [];
        const listeners = plans.map((actions, index) => () => {
          calls.push(index);
          for (const [kind, target] of actions) {
            const listener = listeners[target] as () => void;
            if (kind === 'all') emitter.removeAllListeners('a');
            else emitter[kind as 'on' | 'off' | 'once']('a', listener);
          }
        });
        for (const index of present) emitter.on('a', listeners[index] as () => void);
        emitter.emit('a');
        expect(calls).toEqual(present);
      }),
    );
  });
});
