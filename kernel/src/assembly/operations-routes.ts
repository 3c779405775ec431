import type { PluginRouter, PluginStatus, RouteRequest } from '@sextant/sdk';
import type { GraphQLEngine } from '../graphql/graphql-engine.js';
import { isLoopback } from '../remote/remote-address.js';

export interface OperationsSources {
  /** Why the process is not ready, in words; empty when it is. */
  unready(): readonly string[];
  plugins(): readonly PluginStatus[];
  metrics(): Promise<string>;
}

/** What machines and administrators ask of every process: is it alive, is it ready, what state is each plugin in. */
export const operationsRoutes =
  (sources: OperationsSources) =>
  (router: PluginRouter): void => {
    router.get('/healthz', () => ({ headers: { 'content-type': 'text/plain' }, body: 'ok\n' }), { auth: 'public' });
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
      { auth: 'public' },
    );
    router.get(
      '/metrics',
      // The counts of a company's repositories and people are nobody else's business.
      async ({ remoteAddress, headers }) =>
        isLoopback(remoteAddress.replace(/^::ffff:/, '')) && headers['x-forwarded-for'] === undefined
          ? { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: await sources.metrics() }
          : { status: 404, body: '' },
      { auth: 'public' },
    );
    router.get('/-/plugins', () => ({ body: { plugins: sources.plugins() } }), { auth: 'site-admin' });
  };

/** The one GraphQL API. Who may read what is said by each field. */
export const graphqlRoutes =
  (graphql: GraphQLEngine) =>
  (router: PluginRouter): void => {
    const handle = (request: RouteRequest) => graphql.handle(request);
    router.post('/.api/graphql', handle, { auth: 'public', timeout: 0, maxBody: 4 * 1024 * 1024 });
    router.get('/.api/graphql', handle, { auth: 'public', timeout: 0 });
  };
