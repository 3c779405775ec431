import { join } from 'node:path';
import type { Configuration } from '@sextant/config';
import { defineEvent, type Events, type Logger, partsOf, ROLES, type Role, SextantError, z } from '@sextant/sdk';
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import type { PluginRecord } from '../lifecycle/plugin-record.js';
import type { ProcessState } from '../lifecycle/process-state.js';
import type { Runaways } from '../lifecycle/runaways.js';
import { Switchboard } from '../lifecycle/switchboard.js';
import type { RemoteClients } from '../remote/remote-client.js';
import type { RemoteServer } from '../remote/remote-server.js';
import { STORAGE_ROLES } from './database.js';
import type { Stored } from './stored-services.js';
import { asTold, saidState, switchFollower } from './switch-follower.js';
import type { SwitchState } from './switch-table.js';
import { ToldSwitches } from './told-switches.js';
import { switchIn, wantedPlugins } from './wanted-plugins.js';

export interface LiveSwitchesOptions {
  readonly configuration: Configuration;
  readonly safe: boolean;
  readonly records: readonly PluginRecord[];
  readonly lifecycle: Lifecycle;
  readonly runaways: Runaways;
  /** Undefined in a process without a database. */
  readonly stored: Stored | undefined;
  readonly instance: string;
  readonly roles: readonly Role[];
  readonly dataDir: string;
  readonly remotes: Readonly<Partial<Record<Role, readonly string[]>>>;
  readonly clients: RemoteClients;
  readonly server: RemoteServer;
  readonly log: Logger;
}

export interface SwitchedByFile {
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
}

const switched = defineEvent('core.plugin-switched@1', z.object({ instance: z.string() }));
/** Milliseconds between two looks at the table, and between two tellings: what a lost notice costs. */
const ROUND = 2_000;
/** Milliseconds for one telling. With ROUND it stays under the five seconds in which every process has heard. */
const TELL_TIMEOUT = 2_000;
/** Milliseconds after which a state is written again although nothing changed. */
const RENEW = 10_000;
/** Milliseconds that a switch under way, and the database, get at the end. */
const STOP_TIMEOUT = 3_000;
const LONGEST_REASON = 500;

/**
 * Keeps this process's plugins in line with the configuration and the live switches, wherever they were switched.
 * Processes with a database have the switches from its table: told by an event, and they look by themselves. They tell
 * those without, at every address they call, so that neither a new port nor a way back is needed.
 */
export class LiveSwitches {
  readonly switchboard: Switchboard;
  readonly #told: ToldSwitches | undefined;
  readonly #telling = new Set<string>();
  readonly #silent = new Set<string>();
  readonly #written = new Map<string, { readonly text: string; readonly at: number }>();
  #configuration: Configuration;
  /** The switches that were last put in force here. */
  #seen: SwitchState | undefined;
  #stopped = false;
  #following: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #subscription: Disposable | undefined;

  constructor(private readonly options: LiveSwitchesOptions) {
    const { records, lifecycle, stored, server, dataDir, log } = options;
    this.#configuration = options.configuration;
    this.switchboard = new Switchboard(
      records,
      lifecycle,
      { save: (switches) => this.#save(switches) },
      (record) => this.#configuration.switches(record.manifest).enabled !== undefined,
      options.runaways,
    );
    if (stored) return;
    this.#told = new ToldSwitches(join(dataDir, 'run', 'switches.json'), log, {
      changed: () => this.#follow(),
      own: () => this.#own(),
    });
    server.expose(switchFollower, this.#told, 'kernel');
  }

  /** The first reconciliation. */
  async begin(): Promise<void> {
    this.#seen = await this.#read();
    await this.options.lifecycle.reconcile(this.#wanted(this.#seen));
  }

  /** From now on this process follows. */
  start(): void {
    const { stored, instance } = this.options;
    if (!stored) return void this.#follow();
    this.#subscription = this.#events(stored).subscribe(switched, ({ instance: by }) => {
      if (by !== instance) this.#round();
    });
    this.#timer = setInterval(() => this.#round(), ROUND);
    this.#round();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#subscription?.[Symbol.dispose]();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_TIMEOUT);
    });
    const { stored, instance } = this.options;
    const forgotten = this.#written.has(instance) ? stored?.processes.forget(instance).catch(() => undefined) : undefined;
    await Promise.race([Promise.all([this.#following, forgotten]), late]).finally(() => clearTimeout(timer));
  }

  /** The configuration was read again: its switches take effect, and what could not be configured is tried once more. */
  async reconfigure(configuration: Configuration): Promise<SwitchedByFile> {
    const { lifecycle, records } = this.options;
    let before: ReadonlySet<string> = new Set();
    let after: ReadonlySet<string> = before;
    await this.switchboard.follow(async () => {
      // Not sooner: a round before this one would do the work, and it would not be said what the configuration did.
      this.#configuration = configuration;
      before = new Set(lifecycle.wanted);
      after = this.#wanted(await this.#read());
      const misconfigured = records.some((r) => after.has(r.id) && r.state === 'failed' && r.phase === 'configure');
      return misconfigured || !same(before, after) ? after : undefined;
    });
    return { enabled: [...after].filter((id) => !before.has(id)), disabled: [...before].filter((id) => !after.has(id)) };
  }

  /** Every process of the installation that was heard of lately; this one first. */
  async processes(): Promise<readonly ProcessState[]> {
    const { stored, instance } = this.options;
    const others = (await stored?.processes.all()) ?? [];
    return [this.#own(), ...others.filter((process) => process.instance !== instance)];
  }

  // ── following ──────────────────────────────────────────────────────────────────────────────────────────────────

  #round(): void {
    void this.#follow();
    void this.#tellAll().catch((error: unknown) => this.options.log.debug('the plugin switches could not be told', { error }));
  }

  /** Never rejects. One at a time: the next round comes soon. */
  #follow(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#following ??= this.switchboard
      .follow(async () => {
        if (this.#stopped) return undefined;
        const state = await this.#read();
        const wanted = this.#wanted(state);
        // A switch that changes nothing is an administrator's second try with a plugin that failed.
        const isNews = state.revision !== this.#seen?.revision || !same(wanted, this.options.lifecycle.wanted);
        this.#seen = state;
        return isNews ? wanted : undefined;
      })
      .catch((error: unknown) => this.options.log.debug('the plugin switches could not be followed', { error }))
      .finally(() => {
        this.#following = undefined;
        // Told anew while the last ones took effect: nobody else would come back to them.
        if (this.#told && this.#told.state !== this.#seen) void this.#follow();
      });
    return this.#following;
  }

  async #read(): Promise<SwitchState> {
    return this.#told?.state ?? (await this.#storing().switches.read());
  }

  #wanted({ switches }: SwitchState): ReadonlySet<string> {
    const { records, safe } = this.options;
    return wantedPlugins({ configuration: this.#configuration, records, switched: (manifest) => switchIn(switches, manifest), safe });
  }

  async #save(switches: ReadonlyMap<string, boolean>): Promise<void> {
    const { instance } = this.options;
    const stored = this.#storing();
    await stored.switches.save(switches);
    // What takes effect here now: the next round has nothing to do for it.
    this.#seen = await stored.switches.read();
    await this.#events(stored).publish(switched, { instance });
    this.#round();
  }

  #storing(): Stored {
    const { stored } = this.options;
    if (stored) return stored;
    throw new SextantError('SEXTANT_STORAGE_DSN_NEEDED', {
      what: 'A process without a database cannot switch plugins: it is told by those that have one.',
      fix: 'Switch it where people ask (sextant plugin), or in the configuration of this process.',
    });
  }

  #events(stored: Stored): Events {
    return stored.events.forPlugin('kernel');
  }

  // ── telling ────────────────────────────────────────────────────────────────────────────────────────────────────

  async #tellAll(): Promise<void> {
    const { stored, remotes, instance } = this.options;
    if (!stored) return;
    const addresses = ROLES.filter((role) => !STORAGE_ROLES.includes(role)).flatMap((role) => remotes[role] ?? []);
    const told = asTold(await stored.switches.read());
    await Promise.all([this.#write(instance, this.#own()), ...[...new Set(addresses)].map((address) => this.#tell(address, told))]);
  }

  async #tell(address: string, told: ReturnType<typeof asTold>): Promise<void> {
    if (this.#telling.has(address)) return;
    this.#telling.add(address);
    const { clients, log } = this.options;
    let said: ProcessState | undefined;
    try {
      const answer = await clients.service(switchFollower, [address])?.tell({ ...told, signal: AbortSignal.timeout(TELL_TIMEOUT) });
      said = saidState.parse(answer);
      if (this.#silent.delete(address)) log.info('a process without a database is told of plugin switches again', { address });
    } catch (error) {
      // One that has the database too: it knows by itself.
      if (this.#stopped || (SextantError.is(error) && error.code === 'SEXTANT_REMOTE_UNKNOWN')) return;
      if (!this.#silent.has(address)) log.info('a process without a database cannot be told of plugin switches', { address, error });
      this.#silent.add(address);
    } finally {
      this.#telling.delete(address);
    }
    if (said) await this.#write(address, said);
  }

  async #write(place: string, process: ProcessState): Promise<void> {
    const text = JSON.stringify(process);
    const last = this.#written.get(place);
    const now = performance.now();
    if (last?.text === text && now - last.at < RENEW) return;
    await this.options.stored?.processes.save(place, process);
    this.#written.set(place, { text, at: now });
  }

  /** Of the plugins that have something to do here. */
  #own(): ProcessState {
    const { records, lifecycle, instance, roles } = this.options;
    const plugins = records
      .filter(({ manifest }) => partsOf(manifest, roles).length > 0 || (manifest.storage && roles.includes('migrator')))
      .map((record) => {
        const { id, state, phase, reason, code } = lifecycle.status(record);
        return { id, state, phase: phase ?? null, reason: reason?.slice(0, LONGEST_REASON) ?? null, code: code ?? null };
      });
    return { instance, roles, plugins };
  }
}

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((id) => b.has(id));
