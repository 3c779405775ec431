import type { ConfigView } from '../config/config.js';
import type { DeclaredPermissions } from '../graphql/declared-permissions.js';
import type { OperationObserver } from '../graphql/operation-observer.js';
import type { AllowedOrigins } from '../http/allowed-origins.js';
import { extensionPoint, serviceToken } from '../tokens/token.js';
import type { Actors, Authenticator, Gate } from './actor.js';
import type { AdministrativeActs } from './acts.js';
import type { Blobs } from './blobs.js';
import type { Cache, Limits } from './cache.js';
import type { Clock } from './clock.js';
import type { Events } from './events.js';
import type { Jobs } from './jobs.js';
import type { Logger } from './log.js';
import type { Meter } from './meter.js';
import type { NodeKind } from './node-kind.js';
import type { OutboundHttp } from './outbound-http.js';
import type { Plugins } from './plugins.js';
import type { Process } from './process.js';
import type { Programs } from './programs.js';
import type { Secrets } from './secrets.js';
import type { Storage } from './storage.js';

/** The kernel's services and extension points. */
export const core = {
  log: serviceToken<Logger>('core.log@1', { scope: 'plugin' }),
  config: serviceToken<ConfigView<unknown>>('core.config@1', { scope: 'plugin' }),
  /** Roles with a database only: not git, search, executor, tunnel. */
  storage: serviceToken<Storage>('core.storage@1', { scope: 'plugin' }),
  jobs: serviceToken<Jobs>('core.jobs@1', { scope: 'plugin' }),
  blobs: serviceToken<Blobs>('core.blobs@1', { scope: 'plugin' }),
  cache: serviceToken<Cache>('core.cache@1', { scope: 'plugin' }),
  limits: serviceToken<Limits>('core.limits@1', { scope: 'plugin' }),
  events: serviceToken<Events>('core.events@1', { scope: 'plugin' }),
  secrets: serviceToken<Secrets>('core.secrets@1', { scope: 'plugin' }),
  http: serviceToken<OutboundHttp>('core.http@1', { scope: 'plugin' }),
  clock: serviceToken<Clock>('core.clock@1'),
  actor: serviceToken<Actors>('core.actor@1', { scope: 'plugin' }),
  meter: serviceToken<Meter>('core.meter@1', { scope: 'plugin' }),
  /** What this process is: version, addresses, folders. */
  process: serviceToken<Process>('core.process@1', { scope: 'plugin' }),
  programs: serviceToken<Programs>('core.programs@1'),
  plugins: serviceToken<Plugins>('core.plugins@1'),
  acts: serviceToken<AdministrativeActs>('core.acts@1'),

  /** Ways to tell who a request is from. */
  authenticators: extensionPoint<Authenticator>('core.authenticators@1'),
  /** Asked of every request to a route that is not `own` or `internal`, in no order: each must admit it. */
  gates: extensionPoint<Gate>('core.gates@1'),
  /** Origins whose pages may call routes with `cors: true`. */
  allowedOrigins: extensionPoint<AllowedOrigins>('core.allowed-origins@1'),
  /** Who is told of every GraphQL operation, such as an audit log. */
  operationObservers: extensionPoint<OperationObserver>('core.operation-observers@1'),
  /** Which permissions `@requires` may ask for. Nobody: any. */
  declaredPermissions: extensionPoint<DeclaredPermissions>('core.declared-permissions@1', { arity: 'one' }),
  /** Kinds that GraphQL's `node(id)` can load. */
  nodes: extensionPoint<NodeKind>('core.nodes@1'),
} as const;
