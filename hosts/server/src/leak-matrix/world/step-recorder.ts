import { currentEntry } from '@sextant/kernel';
import { type Git, gitService } from '@sextant/plugin-git/api';
import { type SearchEngine, searchEngine } from '@sextant/plugin-search/api';
import { type Actors, core } from '@sextant/sdk';
import type { TestKernel } from '@sextant/sdk/testing';
import pg from 'pg';

/** What says nothing of what is asked: how the database is talked to, and when a token was last used, once a minute. */
const OF_NO_QUESTION = /^(?:begin|commit|rollback|set |select set_config|discard|listen|update access_tokens set last_used_at)/i;

/** Work in the background is nobody's, which looks like the one who is not signed in. */
const FOR_A_REQUEST: ReadonlySet<string> = new Set(['route', 'resolver', 'call']);

export interface Hold {
  /** Resolves when the call was made. */
  readonly reached: Promise<void>;
  release(): void;
}

/** `middle`: of the first bytes of a stream of bytes. */
export type HeldAt = 'begin' | 'middle' | 'end';

interface Gate {
  readonly at: HeldAt;
  readonly reach: () => void;
  readonly gate: Promise<void>;
}

async function* heldStream(stream: AsyncIterable<unknown>, { at, reach, gate }: Gate): AsyncGenerator<unknown> {
  const wait = (): Promise<void> => {
    reach();
    return gate;
  };
  if (at === 'begin') await wait();
  let isFirst = true;
  for await (const item of stream) {
    if (at === 'middle' && isFirst && item instanceof Uint8Array) {
      const half = item.length >> 1;
      yield item.subarray(0, half);
      await wait();
      yield item.subarray(half);
    } else yield item;
    isFirst = false;
  }
  if (at === 'end') await wait();
}

function held(result: unknown, hold: Gate): unknown {
  if (typeof (result as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function')
    return heldStream(result as AsyncIterable<unknown>, hold);
  hold.reach();
  return hold.gate.then(() => result);
}

/** Notes what is done for whom: statements of SQL, calls of git and of the index. This stands for how long an answer takes, which no test can assert. */
export class StepRecorder implements Disposable {
  readonly #steps = new Map<string, string[]>();
  readonly #holds = new Map<string, Gate>();
  readonly #undo: (() => void)[] = [];

  constructor(kernel: TestKernel) {
    const actors = kernel.service(core.actor, 'code-host');
    const note = (step: string): void => {
      const { kind } = currentEntry() ?? {};
      if (kind !== undefined && FOR_A_REQUEST.has(kind)) this.#steps.get(actors.current().id)?.push(step);
    };
    const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
    const { query } = prototype;
    prototype.query = function noted(this: unknown, ...args: unknown[]) {
      const text = typeof args[0] === 'string' ? args[0] : ((args[0] as { text?: string } | undefined)?.text ?? '');
      if (text !== '' && !OF_NO_QUESTION.test(text.trimStart())) note(`sql ${text.replaceAll(/\s+/g, ' ')}`);
      return query.apply(this, args);
    };
    this.#undo.push(() => {
      prototype.query = query;
    });
    this.#watch('git', kernel.service<Git>(gitService, 'git'), note, actors);
    this.#watch('index', kernel.service<SearchEngine>(searchEngine, 'search'), note, actors);
  }

  /** What is done for this actor while the work goes on. */
  async of<R>(actorId: string, work: () => Promise<R>): Promise<{ readonly result: R; readonly steps: readonly string[] }> {
    const steps: string[] = [];
    this.#steps.set(actorId, steps);
    try {
      return { result: await work(), steps };
    } finally {
      this.#steps.delete(actorId);
    }
  }

  /** The next call of this name for this actor, such as `index search`, gives nothing, or no more, or does not end, before it is let go. */
  hold(actorId: string, step: string, at: HeldAt): Hold {
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const release = (): void => {
      this.#holds.delete(`${actorId} ${step}`);
      gate.resolve();
    };
    this.#holds.set(`${actorId} ${step}`, { at, reach: reached.resolve, gate: gate.promise });
    return { reached: reached.promise, release };
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo();
  }

  #watch(of: string, service: object, note: (step: string) => void, actors: Actors): void {
    const methods = service as Record<string, unknown>;
    for (let owner: object | null = service; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object | null) {
      for (const name of Object.getOwnPropertyNames(owner)) {
        const method = methods[name];
        if (name === 'constructor' || typeof method !== 'function') continue;
        const wrapped = (...args: unknown[]): unknown => {
          const step = `${of} ${name}`;
          note(step);
          const result = (method as (...args: unknown[]) => unknown).apply(service, args);
          const hold = this.#holds.get(`${actors.current().id} ${step}`);
          return hold ? held(result, hold) : result;
        };
        const own = Object.getOwnPropertyDescriptor(service, name);
        Object.defineProperty(service, name, { value: wrapped, configurable: true, writable: true });
        this.#undo.push(() => (own ? Object.defineProperty(service, name, own) : delete methods[name]));
      }
    }
  }
}
