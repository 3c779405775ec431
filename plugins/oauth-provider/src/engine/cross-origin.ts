import type { SiteConfiguration } from '@sextant/plugin-site/api';
import type { RouteHandler, RouteReply } from '@sextant/sdk';
import { corsOrigins } from '../site-configuration.js';
import type { ClientStore } from '../storage/client-store.js';

interface CrossOriginParts {
  readonly clients: Pick<ClientStore, 'hasOrigin'>;
  readonly process: { readonly externalUrl: string };
  readonly siteConfiguration: SiteConfiguration;
}

/**
 * A page of another origin may ask where a public program is registered that people are taken back to at that origin, or `corsOrigin` of the site configuration
 * names it; which program asks, the provider looks at. No cookie of ours comes along, and no other page reads an answer or sends anything.
 */
export const forPages =
  ({ clients, process, siteConfiguration }: CrossOriginParts, handler: RouteHandler): RouteHandler =>
  async (request) => {
    const { origin } = request.headers;
    if (origin === undefined || origin === new URL(process.externalUrl).origin) return unread(await handler(request));
    if ((await clients.hasOrigin(origin)) || corsOrigins(await siteConfiguration.effective()).has(origin)) {
      const { cookie: _cookie, ...headers } = request.headers;
      return handler({ ...request, headers });
    }
    if (request.method === 'GET' || request.method === 'HEAD') return unread(await handler(request));
    return { status: 403, body: { error: 'access_denied', error_description: 'no program is registered for pages of this origin' } };
  };

/** Browsers show the answer to no page of another origin. */
const unread = (reply: RouteReply): RouteReply => ({
  ...reply,
  headers: Object.fromEntries(Object.entries(reply.headers ?? {}).filter(([name]) => !name.toLowerCase().startsWith('access-control-'))),
});
