import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Configuration, type ProcessConfig, type Tree } from '@sextant/config';
import { type CommandOutput, core, type Manifest, type PluginStatus, ROLES, type Role, SextantError, type Token } from '@sextant/sdk';
import '../kernel-errors.js';
import './kernel-errors.js';
import { BootProgress } from '../boot/boot-progress.js';
import { bootTable } from '../boot/boot-table.js';
import { Boundary } from '../boundary/boundary.js';
import { KernelContainer } from '../container/kernel-container.js';
import { discover } from '../discovery/discover.js';
import { GraphQLEngine } from '../graphql/graphql-engine.js';
import { configuredLimits } from '../graphql/graphql-limits.js';
import type { HttpServer } from '../http/http-server.js';
import { refuseTakenAddress } from '../http/listen-on.js';
import { Lifecycle } from '../lifecycle/lifecycle.js';
import { PluginRecord } from '../lifecycle/plugin-record.js';
import { Points } from '../lifecycle/points.js';
import type { Switchboard } from '../lifecycle/switchboard.js';
import { LocalAccess } from '../local-access/local-access.js';
import { Health } from '../observability/health.js';
import { Logs } from '../observability/logs.js';
import { Metrics } from '../observability/metrics.js';
import { startTracing } from '../observability/start-tracing.js';
import type { Tracing } from '../observability/tracing.js';
import { Outbound } from '../outbound/outbound.js';
import { localPrograms } from '../programs/local-programs.js';
import { RemoteClients } from '../remote/remote-client.js';
import { RemoteServer } from '../remote/remote-server.js';
import { ChangeFeed } from '../services/change-feed.js';
import { systemClock } from '../services/system-clock.js';
import { lockDataFolder } from '../storage/embedded/data-folder-lock.js';
import type { OwnerLock } from '../storage/embedded/owner-lock.js';
import { KERNEL_VERSION } from '../version.js';
import { isLocalOnly, refuseOpenDoor } from './authentication.js';
import { changedProcessKeys, changedSwitches } from './changed-keys.js';
import { createHttpServer } from './create-http-server.js';
import { dataFolder } from './data-folder.js';
import { refuseDefaultPassword } from './database.js';
import { DatabaseAdmin } from './database-admin.js';
import type { KernelOptions } from './kernel-options.js';
import { KernelWiring } from './kernel-wiring.js';
import { LiveSwitches } from './live-switches.js';
import { mountOwnRoutes } from './operations-routes.js';
import { PluginConfigs, type ReloadReport } from './plugin-configs.js';
import { pluginErrorBudget } from './plugin-error-budget.js';
import { pluginServices } from './plugin-services.js';
import { readRemoteTls } from './remote-tls.js';
import { runawaysOf } from './runaways-of.js';
import { SecretsAdmin } from './secrets-admin.js';
import { stopInOrder } from './stop-in-order.js';
import { needStored, openStored, type Stored } from './stored-services.js';
import { checkMentioned, markIncompatible, missingPlugins, refuseMissing, warnOfOldNames } from './wanted-plugins.js';

const DRAIN_TIMEOUT = 15_000;

/** One Sextant process: its roles, its plugins, and everything they stand on. */
export class Kernel {
  readonly logs: Logs;
  readonly metrics: Metrics;
  readonly points = new Points();
  readonly health: Health;
  readonly roles: readonly Role[];
  readonly records: readonly PluginRecord[];
  readonly graphql: GraphQLEngine;
  readonly instance: string;
  readonly #boundary: Boundary;
  readonly #container: KernelContainer;
  readonly #lifecycle: Lifecycle;
  readonly http: HttpServer;
  /** How the account that runs Sextant is told from others. */
  readonly localAccess: LocalAccess;
  readonly #remoteServer: RemoteServer;
  readonly #remoteClients: RemoteClients;
  readonly #outbound: Outbound;
  readonly #configs: PluginConfigs;
  readonly #progress: BootProgress;
  readonly #changes = new ChangeFeed<PluginStatus>();
  readonly #tracing: Tracing;
  readonly #switches: LiveSwitches;
  /** As it was read last; what is not live holds from the start. */
  #configuration: Configuration;
  /** The process's own keys, as they are in force. */
  #inForce: Tree;
  #ready = false;
  #draining = false;
  #url = '';

  /** Reads manifests and opens the database; starts nothing. @throws when the installation or the configuration is wrong. */
  static async create(options: KernelOptions, signal: AbortSignal = new AbortController().signal): Promise<Kernel> {
    const { configuration } = options;
    const { process: config } = configuration;
    const logs = options.logs ?? new Logs(config.log);
    const found = await discover({
      builtin: options.builtin,
      packages: config.pluginPackages,
      folders: config.pluginPaths,
      from: configuration.pluginFolder,
    });
    const roles = config.roles ?? ROLES.filter((role) => !['executor', 'tunnel', 'cli'].includes(role));
    const dataDir = dataFolder(config.dataDir);
    // Whatever can be refused is refused before anything is held or started.
    checkMentioned(configuration, found);
    if (options.listen !== false) refuseDefaultPassword(config, !isLocalOnly(config.http));
    const tls = readRemoteTls(config, configuration.folder);
    const instance = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
    const lock = roles.includes('cli') ? undefined : lockDataFolder(dataDir);
    let stored: Stored | undefined;
    try {
      if (options.listen !== false) await refuseTakenAddress(config.http);
      stored = await openStored({ config, roles, dataDir, instance, logs, signal });
      const tracing = await startTracing({ ...config.tracing, version: KERNEL_VERSION, instance, roles, log: logs.of('kernel') });
      return new Kernel(options, found, { roles, dataDir, instance, logs, tracing, tls, stored, lock });
    } catch (error) {
      await stored?.close();
      lock?.release();
      throw error;
    }
  }

  private constructor(
    private readonly options: KernelOptions,
    found: Awaited<ReturnType<typeof discover>>,
    private readonly base: {
      readonly roles: readonly Role[];
      readonly dataDir: string;
      readonly instance: string;
      readonly logs: Logs;
      readonly tracing: Tracing;
      readonly tls: ReturnType<typeof readRemoteTls>;
      readonly stored: Stored | undefined;
      readonly lock: OwnerLock | undefined;
    },
  ) {
    const { configuration, lookup, peerLookup, clock = systemClock, programs = localPrograms } = options;
    const { process: config } = configuration;
    const { logs, stored, roles, tracing } = base;
    const log = logs.of('kernel');
    this.#configuration = configuration;
    this.#inForce = config;
    this.logs = logs;
    this.roles = roles;
    this.instance = base.instance;
    this.#tracing = tracing;
    this.metrics = new Metrics(tracing);
    this.records = found.map(({ manifest, source, entry, problem }) => {
      const changed = (): void => this.#changes.publish(this.#lifecycle.status(record));
      const record: PluginRecord = new PluginRecord(manifest, source, changed, entry, problem);
      if (problem) log.error('a plugin cannot be read', { plugin: record.id, phase: 'discover', error: problem });
      return record;
    });
    this.#progress = new BootProgress((line) => options.say?.(line));
    const budget = pluginErrorBudget({ clock, limits: config.errorBudget, logs, log, records: this.records });
    this.#boundary = new Boundary(budget, tracing);
    stored?.connect(this.#boundary, tracing);
    this.health = new Health(this.#boundary);
    this.#configs = new PluginConfigs(configuration, log);
    this.#remoteClients = new RemoteClients(base.tls, tracing);
    this.#outbound = new Outbound({ ...config.outbound, version: KERNEL_VERSION, log: stored?.outboundLog, tracing, lookup });
    this.#remoteServer = new RemoteServer(this.#boundary, log, {
      tracing,
      stateOf: (plugin) => this.records.find((r) => r.id === plugin)?.state,
    });
    this.#remoteServer.traffic.register(this.metrics.registry);
    const localMode = isLocalOnly(config.http);
    this.localAccess = new LocalAccess({ localMode, dataDir: base.dataDir, lookup: peerLookup, log, clock });
    this.#container = new KernelContainer(
      [],
      pluginServices({
        logs,
        metrics: this.metrics,
        configs: this.#configs,
        stored,
        clock,
        programs,
        outbound: this.#outbound,
        dataDir: base.dataDir,
        process: { version: KERNEL_VERSION, instance: this.instance, roles, door: config.http, externalUrl: () => this.url },
        plugins: () => this.switchboard,
      }),
    );
    this.http = createHttpServer({
      log,
      boundary: this.#boundary,
      tracing,
      clock,
      points: this.points,
      localMode,
      localAccess: this.localAccess,
      stored,
      config,
      current: () => this.#inForce as ProcessConfig,
    });
    this.graphql = new GraphQLEngine({
      boundary: this.#boundary,
      tracing,
      log,
      limits: configuredLimits(config.graphql),
      plugins: () => this.switchboard,
      outbound: stored?.outboundLog,
      acts: stored?.acts,
      observers: () => this.points.list(core.operationObservers),
      nodes: () => this.points.list(core.nodes),
      pluginChanges: (signal) => this.#changes.read(signal),
      processes: () => this.#switches.processes(),
    });
    const wiring = new KernelWiring({
      configs: this.#configs,
      storages: stored?.storages,
      graphql: roles.includes('api') ? this.graphql : undefined,
      http: this.http,
      jobs: stored?.jobs,
      events: stored?.events,
      health: this.health,
      remoteServer: this.#remoteServer,
      remoteClients: this.#remoteClients,
      remotes: config.remotes,
      records: this.records,
      roles,
    });
    const runaways = runawaysOf(options, this.records, log);
    this.#lifecycle = new Lifecycle({
      records: this.records,
      roles,
      container: this.#container,
      points: this.points,
      boundary: this.#boundary,
      wiring,
      log,
      runaways,
      progress: (plugin, phase) => this.#progress.enter(plugin, phase),
    });
    this.#switches = new LiveSwitches({
      configuration,
      safe: options.safe ?? false,
      records: this.records,
      lifecycle: this.#lifecycle,
      runaways,
      stored,
      instance: this.instance,
      roles,
      dataDir: base.dataDir,
      remotes: config.remotes,
      clients: this.#remoteClients,
      server: this.#remoteServer,
      log,
    });
  }

  get switchboard(): Switchboard {
    return this.#switches.switchboard;
  }

  /** Background work of this process; undefined without a database. */
  get stored(): Stored | undefined {
    return this.base.stored;
  }

  /** What an administrator does to the database. @throws for a process without one. */
  database(): DatabaseAdmin {
    return new DatabaseAdmin(this.#manifests, needStored(this.stored));
  }

  /** What an administrator does to the keys of stored credentials. @throws for a process without a database. */
  secrets(): SecretsAdmin {
    return new SecretsAdmin(this.#manifests, needStored(this.stored), this.options.clock ?? systemClock);
  }

  /** A service that a plugin provides, or the kernel's own for it; undefined while there is none. */
  service<V>(token: Token<V>, plugin?: string): V | undefined {
    return this.#container.get(token, plugin);
  }

  /** Where it listens. */
  get url(): string {
    return this.options.configuration.process.http.externalUrl?.replace(/\/$/, '') ?? this.#url;
  }

  /** Why it is not ready, in words. */
  unready(): readonly string[] {
    const missing = this.#ready ? missingPlugins(this.#configuration, this.records) : [];
    return [
      ...(this.#draining ? ['it stops'] : this.#ready ? [] : ['it starts']),
      ...missing.map(({ id, state }) => `the plugin ${id}, which must run, is ${state}`),
      ...this.health.critical(),
    ];
  }

  /** @throws SEXTANT_BOOT_ABORTED when a plugin that must run does not. */
  async start(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const { configuration, listen = true } = this.options;
    const { stored, roles } = this.base;
    const config = configuration.process;
    this.#progress.start();
    try {
      markIncompatible(configuration, this.records);
      warnOfOldNames(configuration, this.#manifests, this.logs.of('kernel'));
      await stored?.start(roles, signal);
      await this.#noteConfiguration(configuration);
      signal.throwIfAborted();
      // First, so that a plugin which wants one of these paths is the one that is refused.
      if (listen) mountOwnRoutes(this.http, this, roles.includes('api') ? this.graphql : undefined);
      await this.#switches.begin();
      signal.throwIfAborted();
      refuseMissing(configuration, this.records);
      if (config.internal.listen) await this.#remoteServer.listen(config.internal.listen, this.base.tls);
      if (listen) {
        await refuseOpenDoor(config.http, this.points.list(core.authenticators));
        const { url, boundUrl } = await this.http.listen();
        this.#url = url;
        this.localAccess.open(boundUrl);
      }
      // A command ends before anything is switched, and is no process of the installation.
      if (!roles.includes('cli')) this.#switches.start();
      this.#ready = true;
    } finally {
      this.#progress.stop();
      if (!signal.aborted && listen) this.options.say?.(bootTable(this.switchboard.list()));
    }
  }

  /** Runs a command of a plugin's cli part. @throws with the reason when the plugin did not come up. */
  async command(plugin: string, name: string, args: unknown, out: CommandOutput, signal: AbortSignal): Promise<number> {
    const runtime = this.#lifecycle.runtime(plugin);
    if (runtime) return await runtime.command(name, args, out, signal);
    const status = this.switchboard.list().find((s) => s.id === plugin);
    throw new SextantError(status?.code ?? 'SEXTANT_PLUGIN_UNKNOWN', {
      what: status?.reason ?? `The plugin "${plugin}" does not run.`,
      fix: 'Mend what is named, then try again.',
    });
  }

  /** The configuration file that was found in the working folder, and not named. */
  get discoveredFile(): string | undefined {
    return this.#configuration.discoveredFile;
  }

  /** Puts what changed in the configuration in force, as far as it is live. */
  async reload(): Promise<ReloadReport> {
    const next = await this.#configuration.reload();
    checkMentioned(next, this.records);
    await this.#noteConfiguration(next);
    const log = this.logs.of('kernel');
    warnOfOldNames(next, this.#manifests, log);
    const switches = changedSwitches(this.#configuration, next, this.#manifests);
    this.#configuration = next;
    const changed = changedProcessKeys(this.#inForce, next.process);
    this.#inForce = changed.inForce;
    this.logs.setLevel((changed.inForce as ProcessConfig).log.level);
    const ofPlugins = this.#configs.reload(next);
    const report = {
      applied: [...changed.live, ...switches.live, ...ofPlugins.applied],
      restartNeeded: [...changed.fixed, ...switches.fixed, ...ofPlugins.restartNeeded],
      problems: ofPlugins.problems,
    };
    this.base.stored?.jobs.refreshSchedules();
    const { enabled, disabled } = await this.#switches.reconfigure(next);
    if (enabled.length + disabled.length > 0) log.info('the configuration switched plugins', { enabled, disabled });
    const missing = missingPlugins(next, this.records).map(({ id, state }) => `${id} is ${state}`);
    if (missing.length > 0) log.error('plugins that must run do not: the process is not ready', { missing });
    if (report.problems.length > 0) log.error('the configuration is wrong; what is named stays as it was', { problems: report.problems });
    log.info('read the configuration again', { applied: report.applied, restartNeeded: report.restartNeeded });
    return report;
  }

  /** Counts an error that escaped every wrapper against the plugin it came from. False when it came from none. */
  blame(error: unknown): boolean {
    return this.#boundary.blame(error);
  }

  /** Stops taking work, ends what runs, stops the plugins in reverse order. Never throws. */
  async stop(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    this.graphql.close();
    await stopInOrder(this.logs.of('kernel'), {
      'ending the switching of plugins': () => this.#switches.stop(),
      'draining HTTP': () => this.http.drain(DRAIN_TIMEOUT),
      'stopping the plugins': () => this.#lifecycle.stop(),
      'closing HTTP': () => this.http.close(),
      'removing the start-up secret': () => this.localAccess.close(),
      'closing the internal server': () => this.#remoteServer.close(),
      'closing internal connections': () => this.#remoteClients.close(),
      'closing outbound connections': () => this.#outbound.close(),
      'closing what stores': () => this.base.stored?.close(),
      'releasing the data folder': () => this.base.lock?.release(),
      'ending tracing': () => this.#tracing[Symbol.asyncDispose](),
    });
  }

  /** Before it is in force: what cannot be audited is not done. A command reads the file of others. */
  async #noteConfiguration(configuration: Configuration): Promise<void> {
    if (!this.roles.includes('cli'))
      await this.stored?.configurationHistory.note(this.roles.toSorted().join(' '), configuration.written(this.#manifests));
  }

  get #manifests(): readonly Manifest[] {
    return this.records.map((record) => record.manifest);
  }
}
