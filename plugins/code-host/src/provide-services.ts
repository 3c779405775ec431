import type { Make, Registrar } from '@sextant/sdk';
import { type MirrorSources, mirrorSources, type Repositories, repositories, type VisibilityService, visibility } from './api.js';
import type { config } from './config.js';
import { MirrorSourceStore } from './repositories/mirror-sources.js';
import { RepositoryStore } from './repositories/repository-store.js';
import { recordsOf, type serviceDeps, wallOf } from './services.js';

type MakeOf<V> = Make<V, typeof serviceDeps, typeof config>;

const makeVisibility: MakeOf<VisibilityService> = (deps, ctx) => wallOf(deps, ctx);
const makeRepositories: MakeOf<Repositories> = (deps, ctx) => new RepositoryStore(deps.db, wallOf(deps, ctx));
const makeMirrorSources: MakeOf<MirrorSources> = (deps) => {
  const { connections, kinds } = recordsOf(deps);
  return new MirrorSourceStore(deps.db, connections, kinds);
};

/** What the plugin provides to others; every part that does so hands over the very same functions. */
export function provideServices(r: Pick<Registrar<typeof serviceDeps, typeof config>, 'provide'>): void {
  r.provide(visibility, makeVisibility);
  r.provide(repositories, makeRepositories);
  r.provide(mirrorSources, makeMirrorSources);
}
