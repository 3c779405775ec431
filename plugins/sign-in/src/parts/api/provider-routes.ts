import { type PluginRouter, type RouteHandler, SextantError } from '@sextant/sdk';
import { localPath } from '../../engine/return-to.js';
import { redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import type { SignIn } from '../../wiring.js';
import { enter } from './enter.js';
import { told } from './told.js';

/** Nobody guesses anything here, and a whole office may come by one address. */
const TIMES = 20;

/** `/.auth/…`: the way to providers and back. */
export function providerRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get(
    '/.auth/:type/login',
    told(signIn, async (request) => {
      const s = signIn();
      await s.throttle('provider', request, TIMES);
      const { params, query, signal } = request;
      const wanted = { type: params['type'] ?? '', id: query.get('pc'), returnTo: localPath(query.get('returnTo'), s.prefix) };
      const { url, cookie } = await s.redirects.begin(wanted, signal);
      return redirect(url, [cookie]);
    }),
    { auth: 'public' },
  );

  const back =
    (method: 'GET' | 'POST', type?: string): RouteHandler =>
    async (request) => {
      const s = signIn();
      await s.throttle('provider', request, TIMES);
      const parameters = method === 'GET' ? request.query : new URLSearchParams((await request.bytes()).toString('utf8'));
      const finished = await s.redirects.finish(type ?? request.params['type'] ?? '', {
        method,
        parameters,
        cookies: request.headers['cookie'],
        signal: request.signal,
        who: requester(request),
      });
      const { user, way, account, returnTo, cookies } = finished;
      if (finished.linked) return redirect(returnTo, cookies);
      return enter(s, request, { user, way: way.id, externalAccountId: account.id, returnTo, cookies });
    };
  const places: readonly (readonly [string, string?])[] = [
    ['/.auth/:type/callback'],
    ['/.auth/callback', 'openidconnect'],
    ['/.auth/saml/acs', 'saml'],
  ];
  for (const [path, type] of places) {
    router.get(path, told(signIn, back('GET', type)), { auth: 'public' });
    // A provider's page posts it: that it was asked for is proved by the state, not by where it comes from.
    router.post(path, told(signIn, back('POST', type)), { auth: 'public', crossOrigin: true });
  }

  router.get(
    '/.auth/:type/metadata',
    async ({ params, query }) => {
      const s = signIn();
      const type = params['type'] ?? '';
      const pc = query.get('pc');
      const { ways } = await s.settings.current();
      const way = ways.find(({ id, provider }) => provider.type === type && (pc === null || id === pc));
      const metadata = way?.provider.redirect?.metadata;
      if (!way || !metadata)
        throw new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', {
          what: 'There is no such way to sign in.',
          fix: 'Check the type and the configID.',
        });
      const { contentType, body } = await metadata(way, {
        callbackUrl: s.redirects.callbackUrl(type),
        externalUrl: s.deps.process.externalUrl,
      });
      return { headers: { 'content-type': contentType }, body };
    },
    { auth: 'public' },
  );
}
