import type { BatchLoad } from '@sextant/sdk';
import type { GraphQLSchema } from 'graphql';
import type { Ownership } from './ownership.js';

/** One composed schema. A request reads the current one once and keeps it to its end. */
export class Generation {
  /** Plugins that have left since: a subscription of this generation no longer enters them. */
  readonly gone = new Set<string>();
  /** Queries and mutations in flight. */
  readonly running = new Set<object>();
  readonly #idle: (() => void)[] = [];

  constructor(
    readonly number: number,
    readonly schema: GraphQLSchema,
    readonly ownership: Ownership,
    private readonly loaders: ReadonlyMap<string, Readonly<Record<string, BatchLoad>>>,
  ) {}

  loader(plugin: string, name: string): BatchLoad | undefined {
    const ofPlugin = this.loaders.get(plugin);
    return ofPlugin !== undefined && Object.hasOwn(ofPlugin, name) ? ofPlugin[name] : undefined;
  }

  begin(operation: object): void {
    this.running.add(operation);
  }

  end(operation: object): void {
    this.running.delete(operation);
    for (const notify of this.#idle.splice(0)) notify();
  }

  /** Resolves when an operation ends. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#idle.push(resolve));
  }
}
