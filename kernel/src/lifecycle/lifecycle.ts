import type { Logger, PluginStatus, Role } from '@sextant/sdk';
import { core, partsOf, SextantError } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import type { KernelContainer } from '../container/kernel-container.js';
import { buildGraph, dependsOn, type PartGraph, type PartId, type PartNode } from '../graph/part-graph.js';
import { collectDeclarations, refuseMisdeclaredStorage } from './declarations.js';
import { refuseMalformedPart } from './malformed-declarations.js';
import type { LoadedPart, Phase, PluginRecord } from './plugin-record.js';
import { PluginRuntime } from './plugin-runtime.js';
import type { Points } from './points.js';
import type { Runaways } from './runaways.js';
import type { Wiring } from './wiring.js';

export interface LifecycleOptions {
  readonly records: readonly PluginRecord[];
  readonly roles: readonly Role[];
  readonly container: KernelContainer;
  readonly points: Points;
  readonly boundary: Boundary;
  readonly wiring: Wiring;
  readonly log: Logger;
  readonly runaways: Runaways;
  /** Told which plugin is in which phase, and undefined when it left it. */
  readonly progress?: (plugin: string, phase: Phase | undefined) => void;
}

const LOAD_TIMEOUT = 30_000;
const MIGRATE_TIMEOUT = 30 * 60_000;

/**
 * Brings what runs in line with what is enabled. Boot, enable and disable are the same act: the graph is built anew,
 * what may no longer run is closed and stopped in reverse order, what may now run goes through its phases.
 * A plugin comes up whole or not at all, and takes only those that need it along.
 */
export class Lifecycle {
  readonly #running = new Map<string, PluginRuntime>();
  /** Of plugins that the present schema is without. */
  readonly #leftOut: Disposable[] = [];
  #graph: PartGraph = { nodes: new Map(), order: [], blocked: new Map() };
  readonly #wanted = new Set<string>();

  constructor(private readonly options: LifecycleOptions) {}

  get wanted(): ReadonlySet<string> {
    return this.#wanted;
  }

  get graph(): PartGraph {
    return this.#graph;
  }

  /** The present life of a plugin that runs. */
  runtime(id: string): PluginRuntime | undefined {
    return this.#running.get(id);
  }

  status(record: PluginRecord): PluginStatus {
    return record.status(dependsOn(this.#graph, record.id));
  }

  /** Makes exactly `wanted` run, as far as it can. Ids of unknown or incompatible plugins are left alone. */
  async reconcile(wanted: ReadonlySet<string>): Promise<void> {
    this.#wanted.clear();
    for (const id of wanted) this.#wanted.add(id);
    const candidates: PluginRecord[] = [];
    for (const record of this.options.records) {
      if (!wanted.has(record.id)) continue;
      if (await this.#load(record)) candidates.push(record);
    }
    const previous = this.#graph;
    const graph = buildGraph(candidates, {
      kernelServices: this.options.wiring.kernelServices,
      remoteKeys: this.options.wiring.remoteKeys,
      known: this.#sleepingProviders(candidates),
    });
    this.#graph = graph;
    for (const [plugin, error] of graph.blocked) this.#record(plugin)?.block(error);
    const runnable = new Set(candidates.map((r) => r.id).filter((id) => !graph.blocked.has(id)));
    await this.#stopAll(
      [...this.#running.keys()].filter((id) => !runnable.has(id)),
      previous,
    );
    const starting = [...runnable].filter((id) => !this.#running.has(id));
    await this.#bringUp(starting);
  }

  /** Stops everything, in reverse order of needs. */
  async stop(): Promise<void> {
    await this.#stopAll([...this.#running.keys()], this.#graph);
  }

  /** Closes all entrances, and waits until what came through them has ended. */
  async drain(): Promise<void> {
    await Promise.all([...this.#running.values()].map((runtime) => runtime.close()));
  }

  // ── load and register ──────────────────────────────────────────────────────────────────────────────────────────

  async #load(record: PluginRecord): Promise<boolean> {
    if (this.#running.has(record.id)) return true;
    const refusal = this.options.runaways.refusal(record.id);
    if (refusal) {
      record.fail('run', refusal);
      return false;
    }
    record.activate();
    if (record.parts.length > 0) return true;
    const { manifest } = record;
    for (const { name, roles, load } of partsOf(manifest, this.options.roles)) {
      const ok = await this.#phase(
        record,
        'load',
        async () => {
          const module = await this.options.boundary.run(
            { plugin: record.id, kind: 'hook', name: `load (${name})` },
            { deadline: LOAD_TIMEOUT },
            () => load(),
          );
          const part = module?.default;
          if (typeof part?.register !== 'function') throw new TypeError(`the part ${name} has no default export made by definePart()`);
          await this.#phaseOrThrow(
            record,
            'register',
            () => {
              refuseMalformedPart(record.id, name, part);
              const declarations = this.options.boundary.enter({ plugin: record.id, kind: 'hook', name: `register (${name})` }, () =>
                collectDeclarations(record.id, { name, roles, part }),
              );
              const storing = this.options.wiring.kernelServices.get(core.storage.key);
              // Elsewhere the graph refuses it, for the role.
              if (roles.every((role) => storing?.includes(role)))
                refuseMisdeclaredStorage(record.id, name, part.deps, {
                  ofManifest: manifest.storage !== undefined,
                  declared: declarations.storage.length,
                });
              record.parts.push({ name, roles, part, declarations });
            },
            name,
          );
        },
        name,
      );
      if (!ok) {
        record.parts.length = 0;
        return false;
      }
    }
    return true;
  }

  // ── configure, migrate, init, compose, start ───────────────────────────────────────────────────────────────────

  async #bringUp(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const starting = new Set<string>();
    for (const id of ids) {
      const record = this.#record(id);
      if (!record) continue;
      const ok = await this.#phase(record, 'configure', () => {
        const config = this.options.wiring.configure(record);
        const { container, points, boundary, wiring, roles } = this.options;
        this.#running.set(id, new PluginRuntime(record, config, { container, points, boundary, wiring, roles }));
      });
      if (ok) starting.add(id);
    }
    await this.#dropFailed(starting);
    for (const id of [...starting]) {
      await this.#phase(this.#record(id), 'migrate', () =>
        this.#within(id, 'migrate', MIGRATE_TIMEOUT, () => this.#running.get(id)?.migrate()),
      );
    }
    await this.#dropFailed(starting);
    await this.#inOrder(starting, 'init', (runtime, part) => runtime.init(part));
    await this.#dropFailed(starting);
    for (const id of starting) await this.#phase(this.#record(id), 'compose', () => this.#running.get(id)?.prepareGraphQL());
    await this.#dropFailed(starting);
    await this.#inOrder(starting, 'start', (runtime, part) => runtime.start(part));
    await this.#dropFailed(starting);
    for (const id of starting) {
      await this.#phase(this.#record(id), 'compose', async () => {
        for (const part of this.#record(id)?.parts ?? []) await this.#running.get(id)?.open(part);
      });
    }
    await this.#dropFailed(starting);
    this.#compose();
  }

  /** Runs a step for each part when those it needs have had theirs; independent parts at the same time. */
  async #inOrder(ids: ReadonlySet<string>, phase: Phase, step: (runtime: PluginRuntime, part: LoadedPart) => Promise<void>): Promise<void> {
    const done = new Map<PartId, Promise<void>>();
    for (const id of this.#graph.order) {
      const node = this.#graph.nodes.get(id) as PartNode;
      if (!ids.has(node.plugin)) continue;
      const before = [...node.needs, ...node.prefers].flatMap((other) => done.get(other) ?? []);
      done.set(
        id,
        Promise.all(before).then(async () => {
          const record = this.#record(node.plugin);
          const runtime = this.#running.get(node.plugin);
          const part = record?.parts.find((p) => p.name === node.part);
          const unmet = [...node.needs]
            .map((need) => this.#graph.nodes.get(need)?.plugin ?? '')
            .find((plugin) => plugin !== node.plugin && !this.#record(plugin)?.alive);
          if (!record?.alive || !runtime || !part) return;
          if (unmet) return record.block(waitsFor(node.plugin, unmet));
          await this.#phase(record, phase, () => step(runtime, part), part.name);
        }),
      );
    }
    await Promise.all(done.values());
  }

  /** Takes out of `ids` what failed meanwhile, and everything that cannot be without it. */
  async #dropFailed(ids: Set<string>): Promise<void> {
    for (let dropped = true; dropped; ) {
      dropped = false;
      for (const node of this.#graph.nodes.values()) {
        const record = this.#record(node.plugin);
        if (!record?.alive) continue;
        const lost = [...node.needs]
          .map((need) => this.#graph.nodes.get(need)?.plugin ?? '')
          .find((plugin) => plugin !== node.plugin && !this.#record(plugin)?.alive);
        if (lost) {
          record.block(waitsFor(node.plugin, lost));
          dropped = true;
        }
      }
    }
    const lost = [...this.#running.keys()].filter((id) => !this.#record(id)?.alive);
    for (const id of lost) ids.delete(id);
    await this.#stopAll(lost, this.#graph);
  }

  /** One schema over all that run. Who is left out of it goes on without, and is shown as degraded. */
  #compose(): Promise<void> {
    const { rejected, drained } = this.options.wiring.composeGraphQL(
      [...this.#running.values()].flatMap((runtime) => runtime.graphql),
      this.#declaredPermissions(),
    );
    for (const known of this.#leftOut.splice(0)) known[Symbol.dispose]();
    for (const [plugin, error] of rejected) {
      this.options.log.error('the schema of a plugin was left out', { plugin, code: error.code, error });
      const known = this.#record(plugin)?.degrade(`its GraphQL schema was left out: ${error.message}`);
      if (known) this.#leftOut.push(known);
    }
    return drained;
  }

  #declaredPermissions(): ReadonlySet<string> | undefined {
    // What stops at this moment still stands in the points.
    const giver = this.options.points.list(core.declaredPermissions).find(({ plugin }) => this.#running.has(plugin));
    if (!giver) return undefined;
    try {
      const declared = this.options.boundary.enter({ plugin: giver.plugin, kind: 'hook', name: 'declared permissions' }, () =>
        giver.value.list().filter(({ plugin }) => this.#running.has(plugin)),
      );
      return new Set(declared.map(({ name }) => name));
    } catch (error) {
      this.options.log.error('which permissions are declared could not be told', { plugin: giver.plugin, error });
      return undefined;
    }
  }

  // ── stop ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async #stopAll(ids: readonly string[], graph: PartGraph): Promise<void> {
    if (ids.length === 0) return;
    const stopping = new Map(ids.flatMap((id) => (this.#running.has(id) ? [[id, this.#running.get(id) as PluginRuntime]] : [])));
    for (const id of stopping.keys()) this.#running.delete(id);
    const drained = this.#compose();
    await Promise.all([drained, ...[...stopping.values()].map((runtime) => runtime.close())]);
    const last = new Map<string, number>();
    for (const [index, part] of graph.order.entries()) last.set(part.slice(0, part.lastIndexOf('/')), index);
    const order = [...stopping.keys()].sort((a, b) => (last.get(b) ?? 0) - (last.get(a) ?? 0));
    for (const id of order) {
      this.options.progress?.(id, 'stop');
      await stopping.get(id)?.stop();
      this.options.progress?.(id, undefined);
      const record = this.#record(id);
      if (record && !this.#wanted.has(id)) record.disable();
    }
  }

  // ── small things ───────────────────────────────────────────────────────────────────────────────────────────────

  #record(id: string): PluginRecord | undefined {
    return this.options.records.find((record) => record.id === id);
  }

  async #within(plugin: string, name: string, deadline: number, work: () => Promise<void> | undefined): Promise<void> {
    await this.options.boundary.run({ plugin, kind: 'hook', name }, { deadline }, () => work());
  }

  async #phase(record: PluginRecord | undefined, phase: Phase, work: () => unknown, part?: string): Promise<boolean> {
    if (!record?.alive) return false;
    try {
      await this.#phaseOrThrow(record, phase, work, part);
      return true;
    } catch (error) {
      // A nested phase has already said which one it was.
      if (record.alive) record.fail(phase, error, part);
      this.options.log.error('a plugin failed', { plugin: record.id, phase: record.phase, error });
      return false;
    }
  }

  async #phaseOrThrow(record: PluginRecord, phase: Phase, work: () => unknown, part?: string): Promise<void> {
    this.options.progress?.(record.id, phase);
    try {
      await record.timed(phase, work);
    } catch (error) {
      if (record.alive) record.fail(phase, error, part);
      throw error;
    } finally {
      this.options.progress?.(record.id, undefined);
    }
  }

  #sleepingProviders(candidates: readonly PluginRecord[]): Map<string, string> {
    const known = new Map<string, string>();
    const running = new Set(candidates.map((c) => c.id));
    for (const record of this.options.records) {
      if (running.has(record.id)) continue;
      const state = record.state === 'failed' ? `failed in phase ${record.phase}` : `is ${record.state}`;
      for (const candidate of candidates) {
        for (const { part } of candidate.parts) {
          for (const dep of Object.values(part.deps))
            if (dep.kind === 'service' && dep.key.startsWith(`${record.id}.`)) known.set(dep.key, state);
        }
      }
    }
    return known;
  }
}

const waitsFor = (plugin: string, provider: string): SextantError =>
  new SextantError('SEXTANT_SERVICE_MISSING', {
    what: `Plugin "${plugin}" needs "${provider}", which did not come up.`,
    fix: `Bring "${provider}" up, or disable "${plugin}".`,
  });
