import { repositoriesChanged } from '@sextant/plugin-code-host/api';
import { mirrorUpdated } from '@sextant/plugin-git/api';
import { systemChecks } from '@sextant/plugin-site/api';
import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { indexFolderCheck } from '../../doctor/index-folder-check.js';
import { SymbolPlan } from '../../index/symbols/symbol-plan.js';
import { indexOptions, openIndexStore } from '../../index-folder.js';
import { enqueueIndexing, indexRepository } from '../../jobs/index-repository.js';
import { nodeName } from '../../placement/node-name.js';
import { nodePlacement } from '../../placement/node-placement.js';
import { PlacementKeeper } from '../../placement/placement-keeper.js';
import { useLanguages } from '../../query/languages/languages.js';
import { indexFeed } from '../../replica/index-feed.js';
import { ServedIndex } from '../../replica/served-index.js';
import { SearchNodeStore } from '../../storage/search-node-store.js';
import { searchStorage } from '../../storage/search-storage.js';
import { deps } from './deps.js';
import { findStale, findStaleJob } from './find-stale-job.js';
import { indexRepositoryJob } from './index-repository-job.js';
import { SharedIndex } from './shared-index.js';
import { Sights } from './sights.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(searchStorage);
    let keeper: PlacementKeeper;
    let sights: Sights | undefined;
    let symbols: SymbolPlan | undefined;
    const shared = new SharedIndex();
    r.provide(indexFeed, ({ process, languages, symbolExtractors }, ctx) => {
      const folder = process.folder('index');
      const plan = new SymbolPlan({
        wanted: ctx.config.get().symbols,
        temporaryFolder: folder,
        extractors: symbolExtractors,
        log: ctx.log,
      });
      symbols = plan;
      useLanguages(languages);
      shared.use({
        open: () => openIndexStore(folder, ctx.config.get()),
        options: async () => indexOptions(ctx.config.get(), await plan.sources()),
      });
      return new ServedIndex(() => shared.store());
    });
    r.provide(nodePlacement, ({ db, clock }, ctx) => {
      const steering = new SearchNodeStore(db);
      keeper = new PlacementKeeper({
        indexed: async () => (await (await shared.store()).manifests()).keys(),
        settings: () => ctx.config.get(),
        steering: async () => ({ drained: await steering.drained(), pins: await steering.pins() }),
        now: () => clock.monotonic(),
      });
      return keeper;
    });
    r.contribute(systemChecks, ({ jobs, repositories }, ctx) =>
      indexFolderCheck({ store: () => shared.store(), repositories, rebuild: (id) => enqueueIndexing(jobs, id, ctx.config.get()) }),
    );
    r.job(indexRepository, indexRepositoryJob(shared));
    r.job(findStale, findStaleJob(shared));
    r.schedule({ id: 'find-stale', job: findStale, every: (c) => c.indexEvery, catchUp: true });
    r.start(async ({ events, jobs, db }, ctx) => {
      const own = ctx.roles.includes('search') ? { name: nodeName(ctx.config.get()), store: () => shared.store() } : undefined;
      sights = new Sights({ keeper, nodes: new SearchNodeStore(db), own, log: ctx.log });
      sights.start();
      const removed = await (await shared.store()).sweep();
      if (removed.length > 0) ctx.log.info('removed what an interrupted build left', { files: removed.length });
      const subscriptions = [
        events.subscribe(mirrorUpdated, ({ repositoryId }) => enqueueIndexing(jobs, repositoryId, ctx.config.get())),
        events.subscribe(repositoriesChanged, async ({ ids, reason }) => {
          if (reason === 'deleted' || reason === 'renamed') for (const id of ids) await enqueueIndexing(jobs, id, ctx.config.get());
        }),
      ];
      ctx.signal.addEventListener(
        'abort',
        () => {
          for (const subscription of subscriptions) subscription[Symbol.dispose]();
        },
        { once: true },
      );
    });
    r.health('symbols', () => symbols?.health() ?? { status: 'up' });
    r.stop(async () => {
      await sights?.[Symbol.asyncDispose]();
      sights = undefined;
    });
  },
});
