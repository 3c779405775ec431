import type {
  AnyJob,
  ConfigView,
  Events,
  EventType,
  HealthProbe,
  JobType,
  Notice,
  PluginRouter,
  RetryLater,
  Role,
  Schedule,
  StorageDefinition,
  Token,
} from '@sextant/sdk';
import { core } from '@sextant/sdk';
import type { GraphQLEngine } from '../graphql/graphql-engine.js';
import type { HttpServer } from '../http/http-server.js';
import type { JobsService } from '../jobs/jobs-service.js';
import type { PluginRecord } from '../lifecycle/plugin-record.js';
import type { JobRun, Wiring } from '../lifecycle/wiring.js';
import type { Health } from '../observability/health.js';
import type { RemoteClients } from '../remote/remote-client.js';
import type { RemoteServer } from '../remote/remote-server.js';
import { STORAGE_ROLES } from './database.js';
import type { PluginConfigs } from './plugin-configs.js';
import type { PluginStorages } from './plugin-storages.js';

export interface WiringParts {
  readonly configs: PluginConfigs;
  readonly storages: PluginStorages | undefined;
  readonly graphql: GraphQLEngine | undefined;
  readonly http: HttpServer;
  readonly jobs: JobsService | undefined;
  readonly events: { forPlugin(plugin: string): Events } | undefined;
  readonly health: Health;
  readonly remoteServer: RemoteServer;
  readonly remoteClients: RemoteClients;
  /** Addresses of other processes, by the role they hold. */
  readonly remotes: Readonly<Partial<Record<Role, readonly string[]>>>;
  readonly records: readonly PluginRecord[];
  /** The roles of this process. */
  readonly roles: readonly Role[];
}

const DRAIN_TIMEOUT = 10_000;
const NOTHING: Disposable & AsyncDisposable = { [Symbol.dispose]: () => undefined, [Symbol.asyncDispose]: async () => undefined };

/** What this process's subsystems do for the lifecycle. */
export class KernelWiring implements Wiring {
  readonly kernelServices: ReadonlyMap<string, readonly Role[] | undefined>;
  readonly #clients = new Map<string, unknown>();

  constructor(private readonly parts: WiringParts) {
    const stored = new Set<string>(
      [core.storage, core.jobs, core.events, core.secrets, core.cache, core.limits, core.blobs, core.acts].map((token) => token.key),
    );
    const tokens = Object.values(core).filter((token) => token.kind === 'service');
    this.kernelServices = new Map(tokens.map((token) => [token.key, stored.has(token.key) ? STORAGE_ROLES : undefined]));
  }

  /** Any service whose role other processes hold, and this one does not. */
  get remoteKeys(): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const { parts } of this.parts.records) {
      for (const { part } of parts) {
        for (const dep of Object.values(part.deps)) {
          const token = dep.kind === 'service' ? dep : dep.kind === 'maybe' ? dep.token : undefined;
          if (token && this.#addresses(token).length > 0) keys.add(token.key);
        }
      }
    }
    return keys;
  }

  remoteClient(token: Token<unknown>): unknown {
    let client = this.#clients.get(token.key);
    if (client === undefined) {
      client = this.parts.remoteClients.service(token, this.#addresses(token));
      this.#clients.set(token.key, client);
    }
    return client;
  }

  configure(record: PluginRecord): ConfigView<unknown> {
    return this.parts.configs.configure(record.manifest);
  }

  async migrate(
    record: PluginRecord,
    definitions: readonly StorageDefinition[],
    signal: AbortSignal,
  ): Promise<AsyncDisposable | undefined> {
    const { storages } = this.parts;
    if (!storages) return undefined;
    await storages.open(record.id, definitions, signal, (reason) => void record.degrade(reason));
    return { [Symbol.asyncDispose]: () => storages.close(record.id) };
  }

  composeGraphQL(...composed: Parameters<Wiring['composeGraphQL']>): ReturnType<Wiring['composeGraphQL']> {
    const { graphql } = this.parts;
    if (!graphql) return { rejected: new Map(), drained: Promise.resolve() };
    const { rejected } = graphql.compose(...composed);
    return {
      rejected: new Map(rejected.map(({ plugin, error }) => [plugin, error])),
      drained: graphql.drained(DRAIN_TIMEOUT).then(() => undefined),
    };
  }

  mountRoutes(plugin: string, declare: (router: PluginRouter) => void): Disposable | AsyncDisposable {
    return this.parts.http.mount(plugin, declare);
  }

  handleJob(plugin: string, job: AnyJob, handle: (payload: unknown, run: JobRun) => Promise<void | RetryLater>): AsyncDisposable {
    return this.parts.jobs && this.parts.roles.some((role) => role === 'worker' || role === 'index')
      ? this.parts.jobs.handle(plugin, job, handle)
      : NOTHING;
  }

  subscribe(plugin: string, event: EventType<unknown>, listener: (payload: unknown, notice: Notice) => void | Promise<void>): Disposable {
    return this.parts.events?.forPlugin(plugin).subscribe(event, listener) ?? NOTHING;
  }

  async enqueue(plugin: string, job: JobType<Record<string, never>>): Promise<void> {
    await this.parts.jobs?.forPlugin(plugin).enqueue(job, {}, { key: `catch-up:${job.name}`, onConflict: 'keep' });
  }

  schedule(plugin: string, schedule: Schedule, config: ConfigView<unknown>): Disposable {
    // Wherever its part is loaded: a row in the database lets each time fire once over all processes.
    if (!this.parts.jobs) return NOTHING;
    const { every } = schedule as { readonly every?: number | ((config: unknown) => number) };
    return this.parts.jobs.schedule(plugin, {
      ...schedule,
      ...(every === undefined ? {} : { every: typeof every === 'function' ? () => every(config.get()) : () => every }),
    } as never);
  }

  probe(
    plugin: string,
    name: string,
    run: (signal: AbortSignal) => Promise<HealthProbe> | HealthProbe,
    options: { readonly every: number; readonly critical: boolean },
    degrade: (reason: string) => Disposable,
  ): Disposable {
    return this.parts.health.add(plugin, name, run, options, degrade);
  }

  expose(token: Token<unknown>, service: unknown, plugin: string): AsyncDisposable {
    return this.parts.remoteServer.expose(token, service, plugin);
  }

  #addresses(token: Token<unknown>): readonly string[] {
    const role = token.remote?.role;
    return role === undefined || this.parts.roles.includes(role) ? [] : (this.parts.remotes[role] ?? []);
  }
}
