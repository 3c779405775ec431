import { tmpdir } from 'node:os';
import { freshnessSteps, repositoriesChanged, repositoryFilters } from '@sextant/plugin-code-host/api';
import { mirrorUpdated } from '@sextant/plugin-git/api';
import { outboundEventTypes } from '@sextant/plugin-outbound-webhooks/api';
import { systemChecks } from '@sextant/plugin-site/api';
import { definePart, encodeNodeId, IdSet } from '@sextant/sdk';
import { accountDirectory } from '../../answer/account-directory.js';
import { KnownMirrors } from '../../answer/known-mirrors.js';
import { repairs } from '../../answer/repairs.js';
import { RepositoryCatalog } from '../../answer/repository-catalog.js';
import { SearchService } from '../../answer/search-service.js';
import { repositoryIndexed, search } from '../../api.js';
import { config } from '../../config.js';
import { indexCheck, searchNodeCheck } from '../../doctor/index-check.js';
import { WorkerPool } from '../../engine/worker-pool.js';
import { indexSteps } from '../../freshness/index-steps.js';
import { pathGlobs } from '../../index/path-globs.js';
import { SymbolPlan } from '../../index/symbols/symbol-plan.js';
import { enqueueIndexing } from '../../jobs/index-repository.js';
import { useLanguages } from '../../query/languages/languages.js';
import '../../search-errors.js';
import { SearchNodeStore } from '../../storage/search-node-store.js';
import { searchStorage } from '../../storage/search-storage.js';
import { deps, ownSearch } from './deps.js';
import { streamRoute } from './stream-route.js';
import { suggestRoute } from './suggest-route.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(searchStorage);
    r.provide(search, (d, ctx) => {
      const catalog = new RepositoryCatalog(d.repositories, d.visibility, () => d.clock.monotonic());
      const mirrors = new KnownMirrors(d.mirrors, () => d.clock.monotonic());
      const subscriptions = [
        d.events.subscribe(repositoriesChanged, () => catalog.forget()),
        d.events.subscribe(mirrorUpdated, ({ repositoryId }) => mirrors.forget(repositoryId)),
      ];
      useLanguages(d.languages);
      const { threads, symbols: wanted } = ctx.config.get();
      const symbols = new SymbolPlan({ wanted, temporaryFolder: tmpdir(), extractors: d.symbolExtractors, log: ctx.log });
      const scanner = new WorkerPool(threads === undefined ? {} : { threads });
      ctx.signal.addEventListener(
        'abort',
        () => {
          for (const subscription of subscriptions) subscription[Symbol.dispose]();
          void scanner.close();
        },
        { once: true },
      );
      return new SearchService({
        engine: d.engine,
        scanner,
        git: d.git,
        mirrors,
        repositories: d.repositories,
        visibility: d.visibility,
        catalog,
        clock: d.clock,
        log: ctx.log,
        meter: ctx.meter,
        rankers: d.rankers,
        predicates: d.predicates,
        resultSources: d.resultSources,
        isLarge: pathGlobs(ctx.config.get().largeFiles),
        symbolSources: () => symbols.sources(),
        authors: () => accountDirectory(d.users, d.accounts),
        damaged: repairs((id) => enqueueIndexing(d.jobs, id, ctx.config.get())),
        settings: () => ctx.config.get(),
      });
    });
    r.contribute(repositoryFilters, ({ engine }) => ({
      name: 'indexed' as const,
      having: async () => IdSet.of((await engine.status({})).map((s) => s.repository)),
    }));
    r.contribute(freshnessSteps, indexSteps);
    r.contribute(systemChecks, (d, ctx) =>
      indexCheck({ engine: d.engine, repositories: d.repositories, rebuild: (id) => enqueueIndexing(d.jobs, id, ctx.config.get()) }),
    );
    r.contribute(systemChecks, ({ db }) => searchNodeCheck(new SearchNodeStore(db)));
    r.contribute(outboundEventTypes, ({ repositories, actors }) => ({
      key: 'index:publish',
      description: 'Search has new commits of a repository.',
      event: repositoryIndexed,
      events: async ({ repositoryId }) => {
        const repository = await repositories.byId(actors.internal(), repositoryId);
        if (!repository) return [];
        return [{ scope: repository.name, body: { repository: { id: encodeNodeId('Repository', repositoryId), name: repository.name } } }];
      },
    }));
    r.graphql(() => import('./graphql.js'));
    r.http((router, d) => {
      const service = ownSearch(d);
      router.get('/.api/search/stream', streamRoute(service), { cors: true, timeout: 0 });
      router.get('/.api/search/suggest', suggestRoute(service));
    });
  },
});
