import type { PluginRouter, Plugins, RouteRequest } from '@sextant/sdk';
import type { GraphQLEngine } from '../graphql/graphql-engine.js';
import { READ_SCOPE } from '../http/auth-errors.js';
import type { HttpServer } from '../http/http-server.js';
import { isForwarded } from '../http/request-guards.js';
import type { LocalAccess } from '../local-access/local-access.js';
import { localAccessRoutes } from '../local-access/local-access-routes.js';
import { isLoopback } from '../remote/remote-address.js';

export interface OperationsSources {
  /** Why the process is not ready, in words; empty when it is. */
  unready(): readonly string[];
  readonly switchboard: Pick<Plugins, 'list'>;
  readonly localAccess: LocalAccess;
  readonly metrics: { render(): Promise<string> };
}

/** The routes of the kernel itself; `graphql` is undefined where the process has no API. */
export function mountOwnRoutes(http: HttpServer, sources: OperationsSources, graphql: GraphQLEngine | undefined): void {
  http.mount('kernel', operationsRoutes(sources));
  if (graphql) http.mount('kernel-graphql', graphqlRoutes(graphql));
}

/** What machines and administrators ask of every process: is it alive, is it ready, what state is each plugin in. */
const operationsRoutes =
  (sources: OperationsSources) =>
  (router: PluginRouter): void => {
    router.get('/healthz', () => ({ headers: { 'content-type': 'text/plain' }, body: 'ok\n' }), { auth: 'own' });
    router.get(
      '/readyz',
      () => {
        const reasons = sources.unready();
        return {
          status: reasons.length === 0 ? 200 : 503,
          headers: { 'content-type': 'text/plain' },
          body: reasons.length === 0 ? 'ready\n' : `not ready: ${reasons.join('; ')}\n`,
        };
      },
      { auth: 'own' },
    );
    router.get(
      '/metrics',
      // The counts of a company's repositories and people are nobody else's business.
      async ({ remoteAddress, headers }) =>
        isLoopback(remoteAddress.replace(/^::ffff:/, '')) && !isForwarded(headers)
          ? { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: await sources.metrics.render() }
          : { status: 404, body: '' },
      { auth: 'own' },
    );
    localAccessRoutes(sources.localAccess)(router);
    router.get('/-/plugins', () => ({ body: { plugins: sources.switchboard.list() } }), { auth: 'site-admin' });
  };

/** The one GraphQL API. Who may read what is said by each field. */
const graphqlRoutes =
  (graphql: GraphQLEngine) =>
  (router: PluginRouter): void => {
    const handle = (request: RouteRequest) => graphql.handle(request);
    // Queries are posted too: a mutation's scope is looked at where it is known to be one.
    router.post('/.api/graphql', handle, { auth: 'public', scopes: [READ_SCOPE], cors: true, timeout: 0, maxBody: 4 * 1024 * 1024 });
    router.get('/.api/graphql', handle, { auth: 'public', cors: true, timeout: 0 });
  };
