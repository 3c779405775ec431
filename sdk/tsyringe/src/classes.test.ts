import 'reflect-metadata';
import { type CreateContext, extensionPoint, maybe, serviceToken } from '@sextant/sdk';
import { expect, it } from 'vitest';
import { classes, injectable, perPlugin, use } from './index.js';

const clock = serviceToken<{ now(): number }>('t.clock@1');
const other = serviceToken<{ name: string }>('t.other@1');
const kinds = extensionPoint<string>('t.kinds@1');
const own = serviceToken<object>('t.own@1');

let disposed: string[] = [];

class Store {
  constructor(readonly time: { now(): number }) {}
  async [Symbol.asyncDispose](): Promise<void> {
    disposed.push('store');
  }
}

class Reader {
  constructor(readonly store: Store) {}
  dispose(): void {
    disposed.push('reader');
  }
}

class Entry {
  constructor(
    readonly reader: Reader,
    readonly store: Store,
    readonly other: () => { name: string } | undefined,
    readonly kinds: readonly unknown[],
  ) {}
  [Symbol.dispose](): void {
    disposed.push('entry');
  }
}

class Impatient {
  constructor(
    readonly store: Store,
    readonly own: object,
  ) {}
}

/** As the decorators do it, which a test is not compiled with. */
function decorate(target: new (...args: never[]) => object, how: (target: never) => void, ...parameters: ParameterDecorator[]): void {
  for (const [at, parameter] of parameters.entries()) parameter(target, undefined, at);
  how(target as never);
}
decorate(Store, perPlugin(), use(clock));
decorate(Reader, injectable(), use(Store));
decorate(Entry, injectable(), use(Reader), use(Store), use(maybe(other)), use(kinds));
decorate(Impatient, injectable(), use(Store), use(own));

const tokens = { clock, other: maybe(other), kinds, own };
const run = (entry: new (...args: never[]) => object, deps: object) => {
  disposed = [];
  const deferred: (() => void | Promise<void>)[] = [];
  const ctx = { tokens, defer: (work: () => void) => void deferred.push(work) } as unknown as CreateContext;
  return { create: () => classes(entry as never).create(deps, ctx), end: () => Promise.all(deferred.map((work) => work())) };
};
const deps = {
  clock: { now: () => 7 },
  other: undefined as { name: string } | undefined,
  kinds: ['a'],
  get own(): object {
    throw new Error('not yet made');
  },
};

it('injects what the part lists by token, and shares what is one for the part', () => {
  const live = { ...Object.getOwnPropertyDescriptors(deps) };
  const given = Object.defineProperties({}, live) as typeof deps;
  const entry = run(Entry, given).create() as Entry;
  expect([entry.store.time.now(), entry.reader.store === entry.store, entry.kinds]).toEqual([7, true, ['a']]);
  expect(entry.other()).toBeUndefined();
  given.other = { name: 'later' };
  expect(entry.other()).toEqual({ name: 'later' });
});

it('disposes of all that it made, users first, and leaves the entry to who holds it', async () => {
  const life = run(Entry, deps);
  life.create();
  await life.end();
  expect(disposed).toEqual(['reader', 'store']);
});

it('disposes of what was made when a later class cannot be built', async () => {
  const life = run(Impatient, deps);
  expect(() => life.create()).toThrow('not yet made');
  await life.end();
  expect(disposed).toEqual(['store']);
});
