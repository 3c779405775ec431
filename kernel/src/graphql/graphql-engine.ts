import { type Contribution, type Logger, type OperationObserver, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import type { GraphQLParams } from 'graphql-yoga';
import type { Boundary } from '../boundary/boundary.js';
import '../kernel-errors.js';
import { retryAfterHeader } from '../http/error-reply.js';
import { chargeOf } from '../http/rate-limits/request-charge.js';
import type { Tracing } from '../observability/tracing.js';
import './graphql-errors.js';
import { type ComposedSchema, composeSchema, kernelClaims } from './compose-schema.js';
import { Executor } from './executor.js';
import { Generation } from './generation.js';
import { DEFAULT_LIMITS, type GraphQLLimits } from './graphql-limits.js';
import { type Answer, createGraphQLServer } from './graphql-server.js';
import { type KernelSources, kernelResolvers } from './kernel-resolvers.js';
import { mountKernelResolvers, mountResolvers } from './mount-resolvers.js';
import { OperationState } from './operation-state.js';
import { type GraphQLContribution, type PluginSchema, readPluginSchema } from './plugin-schema.js';
import { printMerged, printShare } from './print-sdl.js';
import { readGraphQLRequest } from './read-request.js';

export interface GraphQLEngineOptions extends KernelSources {
  readonly boundary: Boundary;
  readonly log: Logger;
  readonly limits?: Partial<GraphQLLimits>;
  readonly tracing?: Tracing;
  /** The contributions to `core.operation-observers@1` as they stand now. */
  readonly observers?: () => readonly Contribution<OperationObserver>[];
}

export interface Composition {
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly plugin: string; readonly error: SextantError }[];
  /** Milliseconds to read, build and swap. */
  readonly duration: number;
}

/**
 * The one GraphQL API. {@link compose} puts the schema of the active plugins in force in one step; requests that began
 * before it end on the schema they began with.
 */
export class GraphQLEngine {
  readonly #options: GraphQLEngineOptions;
  readonly #executor: Executor;
  readonly #answer: Answer;
  #current: Generation;
  #composed: ComposedSchema;
  #past = new Set<Generation>();
  /** What was read of each plugin, as long as its parts stay the same: a switch elsewhere must not make resolvers anew. */
  #read = new Map<string, { readonly contributions: readonly GraphQLContribution[]; readonly schema: PluginSchema }>();

  constructor(options: GraphQLEngineOptions) {
    this.#options = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#executor = new Executor(limits, options.tracing, options.observers);
    this.#answer = createGraphQLServer(this.#executor, limits);
    this.#composed = composeSchema([]);
    this.#current = this.#generationOf(this.#composed, 0);
  }

  /**
   * Builds one schema of all these parts and puts it in force. A plugin whose share does not fit is left out, with an
   * error that names the type or field; the others are not touched by it. The result depends on the set, not its order.
   * @param permissions which ones are declared; undefined where nobody gives roles
   */
  compose(parts: readonly GraphQLContribution[], permissions?: ReadonlySet<string>): Composition {
    const begun = performance.now();
    const rejected: { plugin: string; error: SextantError }[] = [];
    const read = this.#readAll(parts, (plugin, error) => rejected.push({ plugin, error }));
    const composed = composeSchema(
      [...read.values()].map(({ schema }) => schema),
      permissions,
    );
    for (const [plugin, error] of composed.rejected) rejected.push({ plugin, error });
    const next = this.#generationOf(composed, this.#current.number + 1);

    const previous = this.#current;
    const previousShares = new Map(this.#composed.accepted.map((schema) => [schema.plugin, schema]));
    const stays = new Set(composed.accepted);
    this.#read = read;
    this.#composed = composed;
    this.#current = next;
    this.#past = new Set([...this.#past, previous]);
    for (const [plugin, schema] of previousShares) if (!stays.has(schema)) for (const generation of this.#past) generation.gone.add(plugin);
    this.#executor.superseded(this.#past);
    for (const generation of this.#past)
      if (generation !== previous && generation.running.size === 0 && !this.#executor.holds(generation)) this.#past.delete(generation);

    rejected.sort((a, b) => (a.plugin < b.plugin ? -1 : 1));
    const duration = performance.now() - begun;
    this.#options.log.debug('GraphQL schema in force.', {
      generation: next.number,
      plugins: composed.accepted.length,
      rejected: rejected.length,
      duration,
    });
    return { accepted: composed.accepted.map(({ plugin }) => plugin), rejected, duration };
  }

  /** Answers one GraphQL request: POST with JSON, or GET for queries and subscriptions. */
  async handle(request: RouteRequest): Promise<RouteReply> {
    let params: GraphQLParams;
    try {
      params = await readGraphQLRequest(request);
    } catch (error) {
      if (!SextantError.is(error)) throw error;
      return badRequest(error);
    }
    const state = new OperationState({
      generation: this.#current,
      actor: request.actor,
      signal: request.signal,
      log: request.log,
      traceId: request.trace,
      boundary: this.#options.boundary,
      charge: chargeOf(request),
    });
    const reply = await this.#answer(params, state, request);
    const { rateLimited } = state;
    if (rateLimited === undefined) return reply;
    return { ...reply, status: rateLimited.status, headers: { ...reply.headers, ...retryAfterHeader(rateLimited.details) } };
  }

  /** Waits for the queries and mutations that began before the last {@link compose}, but for the one it is called from. False after `timeout` milliseconds. */
  drained(timeout: number): Promise<boolean> {
    return this.#executor.drained(this.#past, timeout);
  }

  /** Ends all subscriptions, for the end of the process. */
  close(): void {
    this.#executor.stopSubscriptions();
  }

  /** The schema in force as SDL, directives included, sorted: equal schemas print equal. */
  sdl(): string {
    return printMerged([kernelClaims, ...this.#composed.accepted.map(({ claims }) => claims)]);
  }

  /** One plugin's share; undefined when it has none in force. `kernel` is the kernel's. */
  sdlOf(plugin: string): string | undefined {
    const claims =
      plugin === kernelClaims.plugin ? kernelClaims : this.#composed.accepted.find((schema) => schema.plugin === plugin)?.claims;
    return claims && printShare(claims);
  }

  /** `Type` and `Type.field` → the plugin that owns it. */
  ownership(): ReadonlyMap<string, string> {
    const { types, fields } = this.#composed.ownership;
    return new Map([...types, ...fields].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** For the status page and tests. */
  get figures(): { readonly generation: number; readonly subscriptions: number; readonly running: number; readonly types: number } {
    return {
      generation: this.#current.number,
      subscriptions: this.#executor.subscriptions,
      running: [this.#current, ...this.#past].reduce((sum, { running }) => sum + running.size, 0),
      types: Object.keys(this.#current.schema.getTypeMap()).length,
    };
  }

  #readAll(
    parts: readonly GraphQLContribution[],
    reject: (plugin: string, error: SextantError) => void,
  ): Map<string, { contributions: readonly GraphQLContribution[]; schema: PluginSchema }> {
    const read = new Map<string, { contributions: readonly GraphQLContribution[]; schema: PluginSchema }>();
    for (const plugin of [...new Set(parts.map((part) => part.plugin))].sort()) {
      const contributions = parts.filter((part) => part.plugin === plugin);
      const known = this.#read.get(plugin);
      if (known !== undefined && sameContributions(known.contributions, contributions)) {
        read.set(plugin, known);
        continue;
      }
      try {
        read.set(plugin, { contributions, schema: readPluginSchema(plugin, contributions, this.#options.boundary) });
      } catch (error) {
        if (!SextantError.is(error)) throw error;
        reject(plugin, error);
      }
    }
    return read;
  }

  #generationOf(composed: ComposedSchema, number: number): Generation {
    const { schema, ownership, accepted } = composed;
    mountKernelResolvers(schema, ownership, kernelResolvers(this.#options, this.#options.boundary));
    mountResolvers(schema, ownership, accepted, this.#options.boundary);
    return new Generation(number, schema, ownership, new Map(accepted.map(({ plugin, loaders }) => [plugin, loaders])));
  }
}

const sameContributions = (a: readonly GraphQLContribution[], b: readonly GraphQLContribution[]): boolean =>
  a.length === b.length && a.every((one) => b.some((other) => one.part === other.part && one.deps === other.deps && one.ctx === other.ctx));

/** Malformed requests get their own status, in the shape of a GraphQL answer. */
const badRequest = (error: SextantError): RouteReply => ({
  status: error.status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...(error.status === 405 ? { allow: 'GET, POST' } : {}) },
  body: JSON.stringify({
    errors: [
      {
        message: error.message,
        extensions: { ...error.details, code: error.code, plugin: kernelClaims.plugin, what: error.what, why: error.why, fix: error.fix },
      },
    ],
  }),
});
