import type { CreateContext, PluginContext } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import { malformed } from './malformed-declarations.js';
import type { LoadedPart } from './plugin-record.js';
import { isObject } from './value-problems.js';

const CREATE_TIMEOUT = 30_000;
const DISPOSE_TIMEOUT = 10_000;

interface InstanceOptions {
  readonly boundary: Boundary;
  readonly context: PluginContext;
  readonly deps: Readonly<Record<string, unknown>>;
}

/** What the callbacks of a part are handed: what its `create` returned, or its dependencies. Lives until it is disposed of. */
export class PartInstance implements AsyncDisposable {
  readonly #deferred: (() => void | Promise<void>)[] = [];
  #value: unknown;
  #isDisposed = false;

  constructor(
    private readonly loaded: LoadedPart,
    private readonly options: InstanceOptions,
  ) {
    this.#value = options.deps;
  }

  get value(): unknown {
    return this.#value;
  }

  /** @throws what `create` throws, SEXTANT_PLUGIN_DEADLINE when it takes too long, SEXTANT_PLUGIN_DECLARATION when it returns nothing */
  async create(): Promise<void> {
    const { name, part } = this.loaded;
    const { create } = part;
    if (!create) return;
    const { boundary, context, deps } = this.options;
    const ctx: CreateContext = { ...context, tokens: part.deps, defer: (work) => void this.#deferred.push(work) };
    let pending: Promise<unknown> | undefined;
    try {
      this.#value = await boundary.run(
        { plugin: context.id, kind: 'factory', name: `create (${name})` },
        { deadline: CREATE_TIMEOUT, signal: context.signal },
        () => (pending = Promise.resolve(typeof create === 'function' ? create(deps as never, ctx) : create.create(deps, ctx))),
      );
    } catch (error) {
      this.#value = deps;
      // An instance that comes after the deadline still holds what it opened.
      void pending?.then(
        (late) => this.#disposeOf(late),
        () => undefined,
      );
      throw error;
    }
    if (!isObject(this.#value) && typeof this.#value !== 'function') {
      const returned = this.#value === undefined ? 'undefined' : this.#value === null ? 'null' : typeof this.#value;
      this.#value = deps;
      throw malformed(context.id, name, 'made no instance.', `Its create() returned ${returned}.`, 'Return an object from create().');
    }
  }

  /** Once; never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    await this.#disposeOf(this.#value);
  }

  async #disposeOf(value: unknown): Promise<void> {
    // A service that was handed in and is handed on belongs to its provider.
    const isOwn = value !== this.options.deps && !this.#isDependency(value);
    if (isOwn && isObject(value)) {
      const target = value as Partial<Disposable & AsyncDisposable>;
      if (typeof target[Symbol.asyncDispose] === 'function') await this.#end(() => target[Symbol.asyncDispose]?.());
      else if (typeof target[Symbol.dispose] === 'function') await this.#end(() => target[Symbol.dispose]?.());
    }
    for (const work of this.#deferred.splice(0).reverse()) await this.#end(work);
  }

  #isDependency(value: unknown): boolean {
    return Object.entries(this.loaded.part.deps).some(([name, dep]) => dep.kind === 'service' && this.options.deps[name] === value);
  }

  async #end(work: () => void | PromiseLike<void> | undefined): Promise<void> {
    const { boundary, context } = this.options;
    await boundary
      .run({ plugin: context.id, kind: 'hook', name: `dispose (${this.loaded.name})` }, { deadline: DISPOSE_TIMEOUT }, async () => work())
      .catch((error: unknown) => context.log.error('disposing of the instance of a part failed', { part: this.loaded.name, error }));
  }
}
