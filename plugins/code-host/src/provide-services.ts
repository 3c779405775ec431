import type { Make, Registrar } from '@sextant/sdk';
import {
  type HostClients,
  hostClients,
  type MirrorSources,
  mirrorSources,
  type PermissionHosts,
  permissionHosts,
  type RateLimits,
  type Repositories,
  rateLimits,
  repositories,
  type VisibilityService,
  visibility,
} from './api.js';
import type { config } from './config.js';
import { MirrorSourceStore } from './repositories/mirror-sources.js';
import { RepositoryStore } from './repositories/repository-store.js';
import { hostsOf, recordsOf, type serviceDeps, wallOf, wallPartsOf } from './services.js';
import { ConnectedHosts } from './wall/connected-hosts.js';

type MakeOf<V> = Make<V, typeof serviceDeps, typeof config>;

const makeVisibility: MakeOf<VisibilityService> = (deps, ctx) => wallOf(deps, ctx);
const makeRepositories: MakeOf<Repositories> = (deps, ctx) => new RepositoryStore(deps.db, wallOf(deps, ctx));
const makeMirrorSources: MakeOf<MirrorSources> = (deps) => {
  const { connections, kinds } = recordsOf(deps);
  return new MirrorSourceStore(deps.db, connections, kinds);
};
const makePermissionHosts: MakeOf<PermissionHosts> = (deps, ctx) => {
  const { connections, kinds } = recordsOf(deps);
  return new ConnectedHosts({ db: deps.db, connections, kinds, restrictions: wallPartsOf(deps, ctx).restrictions });
};
const makeRateLimits: MakeOf<RateLimits> = (deps, ctx) => hostsOf(deps, ctx).limits;
const makeHostClients: MakeOf<HostClients> = (deps, ctx) => hostsOf(deps, ctx).clients;

/** What the plugin provides to others; every part that does so hands over the very same functions. */
export function provideServices(r: Pick<Registrar<typeof serviceDeps, typeof config>, 'provide'>): void {
  r.provide(visibility, makeVisibility);
  r.provide(repositories, makeRepositories);
  r.provide(mirrorSources, makeMirrorSources);
  r.provide(permissionHosts, makePermissionHosts);
  r.provide(rateLimits, makeRateLimits);
  r.provide(hostClients, makeHostClients);
}
