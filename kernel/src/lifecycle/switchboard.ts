import { nearest } from '@sextant/config';
import type { PluginStatus, Plugins } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import { dependentsOf } from '../graph/part-graph.js';
import type { Lifecycle } from './lifecycle.js';
import type { PluginRecord } from './plugin-record.js';
import type { Runaways } from './runaways.js';

export interface SwitchStore {
  /** Remembers the choices beyond this process, by plugin id, before they take effect. @throws when it cannot: then nothing is switched. */
  save(switches: ReadonlyMap<string, boolean>): Promise<void>;
}

/** Turns plugins on and off while Sextant runs. One change at a time. */
export class Switchboard implements Plugins {
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly records: readonly PluginRecord[],
    private readonly lifecycle: Lifecycle,
    private readonly store: SwitchStore,
    /** True for a plugin whose switch stands in the configuration, which wins. */
    private readonly pinned: (record: PluginRecord) => boolean,
    private readonly runaways: Runaways,
  ) {}

  list(): readonly PluginStatus[] {
    return this.records.map((record) => this.lifecycle.status(record));
  }

  enable(id: string): Promise<PluginStatus> {
    return this.#serially(async () => {
      const record = this.find(id);
      // What ran away is wanted already: to let it run again is no change of its switch.
      if (this.runaways.refusal(record.id)) this.runaways.forgive(record.id);
      else this.#refusePinned(record);
      if (record.state === 'incompatible' || record.problem) throw record.error as SextantError;
      if (record.state === 'failed' && record.phase === 'load') {
        throw new SextantError('SEXTANT_PLUGIN_RESTART_NEEDED', {
          what: `"${id}" could not be loaded, and a module is loaded once a process.`,
          fix: 'Mend the plugin, then restart Sextant.',
        });
      }
      // First: where the process that migrates is another one, it must know, or this one would wait for it in vain.
      await this.store.save(new Map([[record.id, true]]));
      await this.lifecycle.reconcile(new Set([...this.lifecycle.wanted, record.id]));
      return this.lifecycle.status(record);
    });
  }

  disable(id: string, options: { readonly cascade?: boolean } = {}): Promise<PluginStatus> {
    return this.#serially(async () => {
      const record = this.find(id);
      if (record.manifest.toggle === 'always-on')
        throw new SextantError('SEXTANT_PLUGIN_ALWAYS_ON', {
          what: `"${id}" cannot be switched off.`,
          fix: 'It is part of the base of Sextant; leave it on.',
        });
      this.#refusePinned(record);
      const dependents = dependentsOf(this.lifecycle.graph, record.id);
      if (dependents.length > 0 && !options.cascade) {
        throw new SextantError('SEXTANT_PLUGIN_NEEDED', {
          what: `"${id}" is needed by ${dependents.join(', ')}.`,
          fix: 'Disable them first, or ask for cascade.',
          details: { dependents },
        });
      }
      const off = new Set([record.id, ...dependents]);
      await this.store.save(new Map([...off].map((plugin) => [plugin, false])));
      await this.lifecycle.reconcile(new Set([...this.lifecycle.wanted].filter((wanted) => !off.has(wanted))));
      return this.lifecycle.status(record);
    });
  }

  /** Something else decided: brings this process in line, in turn with the changes made here. `wanted` answers undefined when it is. */
  follow(wanted: () => Promise<ReadonlySet<string> | undefined>): Promise<void> {
    return this.#serially(async () => {
      const plugins = await wanted();
      if (plugins) await this.lifecycle.reconcile(plugins);
    });
  }

  /** @throws SEXTANT_PLUGIN_UNKNOWN with the nearest id. */
  find(id: string): PluginRecord {
    const record = this.records.find((r) => r.id === id || r.manifest.renamedFrom?.includes(id));
    if (record) return record;
    throw unknownPlugin(
      id,
      this.records.map((r) => r.id),
    );
  }

  #refusePinned(record: PluginRecord): void {
    if (this.pinned(record)) {
      throw new SextantError('SEXTANT_PLUGIN_PINNED', {
        what: `The switch of "${record.id}" stands in the configuration, which comes first.`,
        fix: `Change or remove plugins.${record.id}.enabled; sextant config explain plugins.${record.id}.enabled tells where it is.`,
      });
    }
  }

  #serially<R>(work: () => Promise<R>): Promise<R> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

export function unknownPlugin(id: string, ids: readonly string[]): SextantError {
  const near = nearest(id, ids);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  return new SextantError('SEXTANT_PLUGIN_UNKNOWN', { what: `No plugin has the id "${id}".${hint}`, fix: `Installed: ${ids.join(', ')}.` });
}
