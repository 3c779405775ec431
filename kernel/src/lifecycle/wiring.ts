import type {
  AnyJob,
  ConfigView,
  EventType,
  GraphQLPart,
  HealthProbe,
  JobContext,
  JobType,
  Notice,
  PluginContext,
  PluginRouter,
  RetryLater,
  Role,
  Schedule,
  SextantError,
  StorageDefinition,
  Token,
} from '@sextant/sdk';
import type { PluginRecord } from './plugin-record.js';

/** What the job system knows of a running job; the plugin's runtime adds its log, configuration and actor. */
export type JobRun = Pick<JobContext, 'id' | 'attempt' | 'signal' | 'progress' | 'retryLater'>;

export interface GraphQLContribution {
  readonly plugin: string;
  // biome-ignore lint/suspicious/noExplicitAny: the kernel holds parts of any dependencies
  readonly part: GraphQLPart<any>;
  /** The instance of the part that adds it. */
  readonly deps: unknown;
  readonly ctx: PluginContext;
}

/**
 * What the lifecycle asks of the subsystems. It knows when; they know how. A process without a role that needs a
 * subsystem gets a wiring that refuses, so no part can reach what its process does not have.
 */
export interface Wiring {
  /** Kernel services by key, with the roles that have them; undefined: every role. */
  readonly kernelServices: ReadonlyMap<string, readonly Role[] | undefined>;
  /** Services that a client of another process stands for. */
  readonly remoteKeys: ReadonlySet<string>;
  remoteClient(token: Token<unknown>): unknown;

  /** Validates the plugin's slice. @throws naming every wrong key with its source. */
  configure(record: PluginRecord): ConfigView<unknown>;
  /** Migrates, or waits until the migrator has, and opens the plugin's storage, which the answer closes. */
  migrate(record: PluginRecord, definitions: readonly StorageDefinition[], signal: AbortSignal): Promise<AsyncDisposable | undefined>;
  /** Replaces the whole schema; answers who was left out and why. `permissions`: which ones are declared; undefined where nobody gives roles. `drained` resolves when operations on the schema before have ended. */
  composeGraphQL(
    parts: readonly GraphQLContribution[],
    permissions: ReadonlySet<string> | undefined,
  ): {
    readonly rejected: ReadonlyMap<string, SextantError>;
    readonly drained: Promise<void>;
  };
  mountRoutes(plugin: string, declare: (router: PluginRouter) => void): Disposable | AsyncDisposable;
  handleJob(plugin: string, job: AnyJob, handle: (payload: unknown, run: JobRun) => Promise<void | RetryLater>): AsyncDisposable;
  /** Disposing waits for listeners on their way. */
  subscribe(
    plugin: string,
    event: EventType<unknown>,
    listener: (payload: unknown, notice: Notice) => void | Promise<void>,
  ): Disposable | AsyncDisposable;
  /** Enqueues a job without a payload, unless one waits already. */
  enqueue(plugin: string, job: JobType<Record<string, never>>): Promise<void>;
  schedule(plugin: string, schedule: Schedule & { readonly every?: number | (() => number) }, config: ConfigView<unknown>): Disposable;
  probe(
    plugin: string,
    name: string,
    run: (signal: AbortSignal) => Promise<HealthProbe> | HealthProbe,
    options: { readonly every: number; readonly critical: boolean },
    degrade: (reason: string) => Disposable,
  ): Disposable;
  /** Serves a service to other processes. Disposing waits for calls on their way. */
  expose(token: Token<unknown>, service: unknown, plugin: string): AsyncDisposable;
}
