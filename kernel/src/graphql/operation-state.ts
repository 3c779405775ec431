import type { Actor, BatchLoad, Loader, Logger, Operation, SextantError } from '@sextant/sdk';
import DataLoader from 'dataloader';
import type { DocumentNode } from 'graphql';
import type { Boundary } from '../boundary/boundary.js';
import type { Charge } from '../http/rate-limits/request-charge.js';
import type { Generation } from './generation.js';

/** Where an operation's state hangs in the context value that graphql-js passes around. Plugin code never sees that value. */
export const STATE = Symbol('sextant:operation');
export interface ContextValue {
  readonly [STATE]: OperationState;
}
export const stateOf = (context: unknown): OperationState => (context as ContextValue)[STATE];

export interface OperationInput {
  readonly generation: Generation;
  readonly actor: Actor;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly traceId: string;
  readonly boundary: Boundary;
  /** Spends points of the caller for an operation that costs much. */
  readonly charge?: Charge | undefined;
}

/** What the kernel knows of one running operation, or of one event of a subscription. */
export class OperationState {
  /** Set for subscriptions: they may meet plugins that were switched off since they began. */
  subscription = false;
  /** The document in execution, for telling whose field an error stands at. */
  document: DocumentNode | undefined;
  /** Set when the operation was refused because its caller has spent too much. */
  rateLimited: SextantError | undefined;
  readonly #operations = new Map<string, PluginOperation>();

  #ended: { readonly reason: unknown } | undefined;
  #controller: AbortController | undefined;

  constructor(readonly input: OperationInput) {}

  /** True once nobody waits for the answer any more: resolvers that were not entered yet are skipped. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Aborts what the operation's resolvers wait for. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#controller?.abort(reason);
  }

  /** The signal that resolvers get. Made when first asked for: most operations never look. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended !== undefined) this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  get generation(): Generation {
    return this.input.generation;
  }

  /** The operation as the plugin sees it. */
  of(plugin: string): PluginOperation {
    let operation = this.#operations.get(plugin);
    if (operation === undefined) {
      operation = new PluginOperation(plugin, this.input, this);
      this.#operations.set(plugin, operation);
    }
    return operation;
  }

  /** The same operation with nothing remembered: each event of a subscription loads afresh. */
  renewed(): OperationState {
    const state = new OperationState(this.input);
    state.subscription = this.subscription;
    state.document = this.document;
    return state;
  }
}

export class PluginOperation implements Operation {
  readonly actor: Actor;
  readonly #loaders = new Map<string, Loader<unknown, unknown>>();
  readonly #values = new Map<string, unknown>();
  #log: Logger | undefined;

  constructor(
    private readonly plugin: string,
    private readonly input: OperationInput,
    private readonly state: OperationState,
  ) {
    this.actor = input.actor;
  }

  get signal(): AbortSignal {
    return this.state.signal;
  }

  get log(): Logger {
    this.#log ??= this.input.log.child({ plugin: this.plugin });
    return this.#log;
  }

  loader<K, V>(name: string): Loader<K, V> {
    let loader = this.#loaders.get(name);
    if (loader === undefined) {
      const load = this.input.generation.loader(this.plugin, name);
      if (load === undefined) throw new Error(`Plugin "${this.plugin}" has no loader "${name}".`);
      loader = this.#make(name, load);
      this.#loaders.set(name, loader);
    }
    return loader as Loader<K, V>;
  }

  once<V>(name: string, make: () => V): V {
    if (!this.#values.has(name)) this.#values.set(name, make());
    return this.#values.get(name) as V;
  }

  #make(name: string, load: BatchLoad): Loader<unknown, unknown> {
    const entry = { plugin: this.plugin, kind: 'resolver', name: `loader ${name}` } as const;
    return new DataLoader<unknown, unknown>((keys) =>
      this.input.boundary.enter(entry, async () => (await load(keys as readonly never[], this)) as (unknown | Error)[]),
    );
  }
}
