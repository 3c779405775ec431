import { type Clock, core, type Plugins, type Process, type Programs, type Role, type Token } from '@sextant/sdk';
import { ContainerModule } from 'inversify';
import { identifierOf } from '../container/kernel-container.js';
import type { Logs } from '../observability/logs.js';
import type { Metrics } from '../observability/metrics.js';
import type { Outbound } from '../outbound/outbound.js';
import { actorsOf } from '../services/actors.js';
import { type Door, isLocalOnly } from './authentication.js';
import { pluginFolder } from './data-folder.js';
import { dataFolders } from './data-folders.js';
import type { PluginConfigs } from './plugin-configs.js';
import type { Stored } from './stored-services.js';

export interface PluginServiceSources {
  readonly logs: Logs;
  readonly metrics: Metrics;
  readonly configs: PluginConfigs;
  readonly stored: Stored | undefined;
  readonly clock: Clock;
  readonly programs: Programs;
  readonly outbound: Outbound;
  readonly dataDir: string;
  readonly process: {
    readonly version: string;
    readonly instance: string;
    readonly roles: readonly Role[];
    readonly door: Door;
    externalUrl(): string;
  };
  readonly plugins: () => Plugins;
}

/** Binds what a plugin may ask of the kernel: each gets its own logger, storage, queue and so on, made at first use. */
export const pluginServices =
  (sources: PluginServiceSources) =>
  (plugin: string): ContainerModule =>
    new ContainerModule(({ bind }) => {
      const provide = <V>(token: Token<V>, make: () => V): void =>
        void bind<V>(identifierOf(token.key)).toDynamicValue(make).inSingletonScope();
      const { logs, metrics, configs, stored, clock, process } = sources;
      provide(core.log, () => logs.of(plugin));
      provide(core.meter, () => metrics.of(plugin));
      provide(core.clock, () => clock);
      provide(core.actor, () => actorsOf(plugin));
      provide(core.http, () => sources.outbound.of(plugin));
      provide(core.programs, () => sources.programs);
      provide(core.plugins, () => sources.plugins());
      provide(core.config, () => configs.of(plugin));
      provide(
        core.process,
        (): Process => ({
          version: process.version,
          instance: process.instance,
          roles: process.roles,
          localMode: isLocalOnly(process.door),
          trustsProxy: process.door.trustProxy,
          get externalUrl() {
            return process.externalUrl();
          },
          folder: (area) => pluginFolder(sources.dataDir, area, plugin),
          dataFolders: dataFolders(sources.dataDir),
        }),
      );
      if (!stored) return;
      provide(core.storage, () => stored.storageOf(plugin));
      provide(core.jobs, () => stored.jobs.forPlugin(plugin));
      provide(core.events, () => stored.events.forPlugin(plugin));
      provide(core.secrets, () => stored.secretsOf(plugin));
      provide(core.cache, () => stored.cacheOf(plugin));
      provide(core.limits, () => stored.limitsOf(plugin));
      provide(core.blobs, () => stored.blobsOf(plugin));
      provide(core.acts, () => stored.acts);
    });
