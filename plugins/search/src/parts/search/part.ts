import { core, definePart, maybe } from '@sextant/sdk';
import { searchEngine } from '../../api.js';
import { config } from '../../config.js';
import { SearchEngine } from '../../engine/search-engine.js';
import { tracedSearch } from '../../engine/traced-search.js';
import { WorkerPool } from '../../engine/worker-pool.js';
import type { IndexStore } from '../../index/index-store.js';
import { openIndexStore } from '../../index-folder.js';
import { holdingsOf } from '../../placement/holdings.js';
import { nodeName } from '../../placement/node-name.js';
import { nodePlacement } from '../../placement/node-placement.js';
import { PlacementFollower } from '../../placement/placement-follower.js';
import { Bandwidth } from '../../replica/bandwidth.js';
import { indexFeed } from '../../replica/index-feed.js';
import { Replicator } from '../../replica/replicator.js';
import { ShardCopier } from '../../replica/shard-copier.js';

export default definePart(config)({
  deps: { process: core.process, feed: maybe(indexFeed), placement: maybe(nodePlacement) },
  register(r) {
    let store: IndexStore;
    let replicator: Replicator | undefined;
    let follower: PlacementFollower | undefined;
    r.provide(searchEngine, async ({ process }, ctx) => {
      const { threads, residentMemory } = ctx.config.get();
      const opened = await openIndexStore(process.folder('index'), ctx.config.get());
      store = opened;
      const pool = new WorkerPool({ residentBytes: residentMemory, ...(threads === undefined ? {} : { threads }) });
      const engine = new SearchEngine(opened, pool);
      ctx.signal.addEventListener('abort', () => void engine.close(), { once: true });
      return {
        search: (o) => tracedSearch(ctx.meter, o, (request) => engine.search(request)),
        explain: ({ scope }) => engine.explain(scope),
        status: ({ repositories }) => opened.list(repositories),
        holdings: async ({ knows }) => holdingsOf(await opened.manifests(), knows),
        skippedFiles: ({ repository, ...page }) => opened.skipped(repository, page),
      };
    });
    r.start((deps, ctx) => {
      // A process that builds the index has the folder itself.
      if (ctx.roles.includes('index')) return;
      const { copyBandwidth, minFreeDisk } = ctx.config.get();
      const bytes = ctx.meter.counter('index_copied_bytes_total', { help: 'Bytes of the index copied from the process that builds it' });
      const copier = new ShardCopier({
        root: store.root,
        bandwidth: new Bandwidth(copyBandwidth),
        minFreeBytes: minFreeDisk,
        received: (count) => bytes.add(count),
      });
      follower = new PlacementFollower({ placement: () => deps.placement, store, node: nodeName(ctx.config.get()), log: ctx.log });
      replicator = new Replicator({ feed: () => deps.feed, store, copier, log: ctx.log, share: follower });
      follower.start();
      replicator.start();
    });
    r.health('index', () => replicator?.health() ?? { status: 'up' }, { every: 1_000 });
    r.stop(async () => {
      await replicator?.[Symbol.asyncDispose]();
      await follower?.[Symbol.asyncDispose]();
      replicator = undefined;
      follower = undefined;
    });
  },
});
