import type { ConfigOf, ConfigSchema } from '../config/config.js';
import type { CommandDefinition } from '../core/command.js';
import type { EventType, Notice } from '../core/events.js';
import type { HealthProbe } from '../core/health.js';
import type { StorageDefinition } from '../core/storage.js';
import type { GraphQLModule } from '../graphql/graphql-part.js';
import type { PluginRouter } from '../http/router.js';
import type { JobHandler, JobType } from '../jobs/job-type.js';
import type { Deps, Resolved } from '../tokens/deps.js';
import type { Point, Token } from '../tokens/token.js';
import type { PluginContext } from './context.js';

export type Hook<D extends Deps, S extends ConfigSchema> = (deps: Resolved<D>, ctx: PluginContext<S>) => void | Promise<void>;
export type Make<V, D extends Deps, S extends ConfigSchema> = (deps: Resolved<D>, ctx: PluginContext<S>) => V | Promise<V>;

/** What only the kernel can wire, for a part without `create`. New kinds of contribution are extension points of a plugin, not new verbs. */
export interface Registrar<D extends Deps, S extends ConfigSchema = ConfigSchema> {
  /** Provides a service under a token whose key begins with this plugin's id. Made once, published with all others of the plugin or not at all. */
  provide<V>(token: Token<V>, make: NoInfer<Make<V, D, S>>): void;
  /** Contributes to a point of any plugin. */
  contribute<V>(point: Point<V>, make: NoInfer<Make<V, D, S>>): void;
  graphql(load: () => Promise<GraphQLModule<Resolved<D>, S>>): void;
  /** Adds routes. Paths are absolute (below the configured path prefix). */
  http(mount: (router: PluginRouter, deps: Resolved<D>, ctx: PluginContext<S>) => void): void;
  /** In the manifest instead: it goes when the last plugin has moved. */
  storage(definition: StorageDefinition): void;
  job<P>(job: JobType<P>, handle: JobHandler<JobType<P>, D, S>): void;
  /** Enqueues a job by cron (UTC) or by interval; one scheduler elected over all processes does it. */
  schedule(schedule: Schedule<S>): void;
  /** Hears an event from start to stop. `catchUp` is a job that runs at each start, for what was missed meanwhile. */
  on<P>(
    event: EventType<P>,
    listener: (deps: Resolved<D>, payload: P, notice: Notice) => void | Promise<void>,
    options?: { readonly catchUp?: JobType<Record<string, never>> },
  ): void;
  health(
    name: string,
    probe: (deps: Resolved<D>, signal: AbortSignal) => Promise<HealthProbe> | HealthProbe,
    options?: { readonly every?: number; readonly critical?: boolean },
  ): void;
  /** Adds a command to the program `sextant`; its part is of the role `cli`. */
  command(command: CommandDefinition<D, S>): void;
  /** Runs when all services exist. `timeout` in milliseconds, default 10,000. */
  start(hook: Hook<D, S>, options?: { readonly timeout?: number }): void;
  /** Runs in reverse order at the end; errors are logged. `timeout` in milliseconds, default 10,000. */
  stop(hook: Hook<D, S>, options?: { readonly timeout?: number }): void;
}

export type Schedule<S extends ConfigSchema = ConfigSchema> = {
  readonly id: string;
  readonly job: JobType<Record<string, never>>;
  /** Run once at start when a time was missed while nothing ran. */
  readonly catchUp?: boolean;
} & ({ readonly cron: string } | { /** Milliseconds. */ readonly every: number | ((config: ConfigOf<S>) => number) });
