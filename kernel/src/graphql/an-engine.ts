import {
  type Actor,
  type BatchLoad,
  type Logger,
  type NodeKind,
  type PluginStatus,
  type ResolverMap,
  type RouteRequest,
} from '@sextant/sdk';
import { Boundary } from '../boundary/boundary.js';
import { GraphQLEngine } from './graphql-engine.js';
import type { GraphQLLimits } from './graphql-limits.js';
import type { GraphQLContribution } from './plugin-schema.js';

export const admin: Actor = { kind: 'user', id: 'user:1', userId: 1, siteAdmin: true, via: 'local' };
export const user: Actor = { kind: 'user', id: 'user:2', userId: 2, siteAdmin: false, via: 'token' };

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

function aLog(lines: LogLine[] = []): Logger {
  const write = (level: string) => (message: string, fields?: object) => void lines.push({ level, message, fields });
  const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => log };
  return log;
}

export function aPart(
  plugin: string,
  typeDefs: string,
  resolvers: ResolverMap = {},
  more: { extends?: string[]; loaders?: Record<string, BatchLoad> } = {},
): GraphQLContribution {
  return {
    plugin,
    part: { typeDefs, extends: more.extends, resolvers: () => resolvers, loaders: () => more.loaders ?? {} },
    deps: {},
    ctx: { id: plugin } as never,
  };
}

export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly errors: { message: string; path?: unknown; extensions: Record<string, unknown> }[] | undefined;
}

/** An engine over these parts with made-up plugins, nodes and log, and a client for it. For tests. */
export class EngineBench {
  readonly lines: LogLine[] = [];
  readonly failures: string[] = [];
  readonly nodes: { plugin: string; value: NodeKind; reject(): void }[] = [];
  statuses: PluginStatus[] = [];
  changes = new Events<PluginStatus>();
  readonly engine: GraphQLEngine;

  constructor(parts: readonly GraphQLContribution[] = [], limits: Partial<GraphQLLimits> = {}) {
    this.engine = new GraphQLEngine({
      boundary: new Boundary({
        allows: (plugin) => plugin !== 'resting',
        failed: ({ plugin, name }) => void this.failures.push(`${plugin} ${name}`),
      }),
      log: aLog(this.lines),
      limits,
      plugins: () => ({
        list: () => this.statuses,
        enable: async (id) => this.switch(id, 'active'),
        disable: async (id) => this.switch(id, 'disabled'),
      }),
      nodes: () => this.nodes,
      pluginChanges: (signal) => this.changes.listen(signal),
      processes: async () => [],
    });
    this.engine.compose(parts);
  }

  onSwitch: (id: string, state: string) => Promise<void> = async () => {};
  async switch(id: string, state: 'active' | 'disabled'): Promise<PluginStatus> {
    await this.onSwitch(id, state);
    const status: PluginStatus = {
      id,
      version: '1.0.0',
      title: id,
      summary: '',
      toggle: 'default-on',
      state,
      phase: undefined,
      reason: undefined,
      code: undefined,
      timings: { init: 3 },
      dependsOn: [],
    };
    this.changes.emit(status);
    return status;
  }

  request(
    body: unknown,
    options: { actor?: Actor; method?: string; headers?: Record<string, string>; query?: string; signal?: AbortSignal } = {},
  ): RouteRequest {
    return {
      method: options.method ?? 'POST',
      path: '/.api/graphql',
      params: {},
      query: new URLSearchParams(options.query),
      headers: { 'content-type': 'application/json', ...options.headers },
      actor: options.actor ?? admin,
      remoteAddress: '127.0.0.1',
      peerAccount: async () => 'owner',
      clientAddress: '127.0.0.1',
      trace: 'trace-1',
      signal: options.signal ?? new AbortController().signal,
      log: aLog(this.lines),
      bytes: async () => Buffer.from(JSON.stringify(body)),
      json: async () => body,
      async *stream() {},
    };
  }

  async ask(query: string, options: { variables?: object; actor?: Actor } = {}): Promise<Answer> {
    const { status, body } = await this.engine.handle(this.request({ query, variables: options.variables }, options));
    return { status: status ?? 200, data: undefined, errors: undefined, ...JSON.parse(body as string) };
  }

  async subscribe(query: string, options: { actor?: Actor; signal?: AbortSignal } = {}): Promise<Stream> {
    const reply = await this.engine.handle(this.request({ query }, { ...options, headers: { accept: 'text/event-stream' } }));
    return new Stream(reply.body as AsyncIterable<string>);
  }
}

/** Reads server-sent events; comments are skipped. */
export class Stream {
  readonly #chunks: AsyncIterator<string>;
  #buffer = '';
  constructor(body: AsyncIterable<string>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }
  async next(): Promise<{ event: string; data: unknown }> {
    for (;;) {
      const match = /event: (\w+)\ndata:(.*)\n\n/.exec(this.#buffer);
      if (match) {
        this.#buffer = this.#buffer.slice(match.index + match[0].length);
        return { event: match[1]!, data: match[2]!.trim() === '' ? undefined : JSON.parse(match[2]!) };
      }
      const { value, done } = await this.#chunks.next();
      if (done) return { event: 'end', data: undefined };
      this.#buffer += value;
    }
  }
  close(): Promise<unknown> | undefined {
    return this.#chunks.return?.();
  }
}

/** Emits to everybody who listens. */
export class Events<T> {
  readonly #listeners = new Set<(event: T) => void>();
  get listeners(): number {
    return this.#listeners.size;
  }
  emit(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
  listen(signal?: AbortSignal): AsyncIterableIterator<T> {
    const queue: T[] = [];
    let wake: (() => void) | undefined;
    let over = false;
    const listener = (event: T): void => {
      queue.push(event);
      wake?.();
    };
    const stop = (): void => {
      over = true;
      this.#listeners.delete(listener);
      wake?.();
    };
    this.#listeners.add(listener);
    signal?.addEventListener('abort', stop);
    return {
      next: async () => {
        while (queue.length === 0 && !over) await new Promise<void>((resolve) => (wake = resolve));
        return queue.length > 0 ? { done: false, value: queue.shift()! } : { done: true, value: undefined };
      },
      return: async () => {
        stop();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

export const hello = aPart('hello', 'extend type Query { hello(name: String): String @requires(role: PUBLIC) }', {
  Query: { hello: (_p, { name }) => `hello ${name ?? 'you'}` },
});
