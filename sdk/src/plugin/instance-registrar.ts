import type { z } from 'zod';
import type { ConfigSchema } from '../config/config.js';
import type { CommandContext, CommandDeclaration } from '../core/command.js';
import type { EventType, Notice } from '../core/events.js';
import type { HealthProbe } from '../core/health.js';
import type { GraphQLModule } from '../graphql/graphql-part.js';
import type { PluginRouter } from '../http/router.js';
import type { JobContext, JobType, RetryLater } from '../jobs/job-type.js';
import type { Point, Token } from '../tokens/token.js';
import type { PluginContext } from './context.js';
import type { Schedule } from './registrar.js';

/** What only the kernel can wire, for a part with an instance: every callback takes the instance first. */
export interface InstanceRegistrar<I, S extends ConfigSchema = ConfigSchema> {
  /** Provides a service under a token whose key begins with this plugin's id. Published with all others of the plugin or not at all. */
  provide<V>(token: Token<V>, make: NoInfer<(instance: I, ctx: PluginContext<S>) => V | Promise<V>>): void;
  /** Contributes to a point of any plugin. */
  contribute<V>(point: Point<V>, make: NoInfer<(instance: I, ctx: PluginContext<S>) => V | Promise<V>>): void;
  graphql(load: () => Promise<GraphQLModule<I, S>>): void;
  /** Adds routes. Paths are absolute (below the configured path prefix). */
  http(mount: (instance: I, router: PluginRouter, ctx: PluginContext<S>) => void): void;
  job<P>(job: JobType<P>, handle: (instance: I, payload: P, job: JobContext<S>) => Promise<void | RetryLater>): void;
  /** Enqueues a job by cron (UTC) or by interval; one scheduler elected over all processes does it. */
  schedule(schedule: Schedule<S>): void;
  /**
   * Hears an event in this process from its start to its stop. Events are sent at most once: `catchUp` is a job that runs at each start, for what
   * was missed while the plugin was off.
   */
  on<P>(
    event: EventType<P>,
    listener: (instance: I, payload: P, notice: Notice) => void | Promise<void>,
    options?: { readonly catchUp?: JobType<Record<string, never>> },
  ): void;
  health(
    name: string,
    probe: (instance: I, signal: AbortSignal) => Promise<HealthProbe> | HealthProbe,
    options?: { readonly every?: number; readonly critical?: boolean },
  ): void;
  /** Adds a command to the program `sextant`; its part is of the role `cli`. */
  command<A extends z.ZodObject>(
    command: CommandDeclaration<A> & { run(instance: I, args: z.output<A>, context: CommandContext<S>): Promise<number> },
  ): void;
  /** Runs when all services exist. `timeout` in milliseconds, default 10,000. */
  start(hook: (instance: I, ctx: PluginContext<S>) => void | Promise<void>, options?: { readonly timeout?: number }): void;
  /** Runs in reverse order at the end; errors are logged. `timeout` in milliseconds, default 10,000. */
  stop(hook: (instance: I, ctx: PluginContext<S>) => void | Promise<void>, options?: { readonly timeout?: number }): void;
}
