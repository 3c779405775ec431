import { core, definePart } from '@sextant/sdk';
import { searchEngine } from '../../api.js';
import { config } from '../../config.js';
import { SearchEngine } from '../../engine/search-engine.js';
import { WorkerPool } from '../../engine/worker-pool.js';
import { openIndexStore } from '../../index-folder.js';

export default definePart(config)({
  deps: { process: core.process },
  register(r) {
    r.provide(searchEngine, async ({ process }, ctx) => {
      const { threads, residentMemory } = ctx.config.get();
      const store = await openIndexStore(process.folder('index'), ctx.config.get());
      const pool = new WorkerPool({ residentBytes: residentMemory, ...(threads === undefined ? {} : { threads }) });
      const engine = new SearchEngine(store, pool);
      ctx.signal.addEventListener('abort', () => void engine.close(), { once: true });
      return {
        search: (o) => engine.search(o),
        status: async ({ repositories }) =>
          repositories ? (await Promise.all(repositories.map((id) => store.status(id)))).filter((s) => s !== undefined) : store.list(),
        skippedFiles: ({ repository, limit, offset }) => store.skipped(repository, { limit, offset }),
      };
    });
  },
});
