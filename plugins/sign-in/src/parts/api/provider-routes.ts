import { type PluginRouter, type RouteHandler, type RouteReply, SextantError } from '@sextant/sdk';
import { localPath } from '../../engine/return-to.js';
import { redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import { sessionOf } from '../../sessions/session-of.js';
import type { SignIn } from '../../wiring.js';
import { enter } from './enter.js';
import { told } from './told.js';

/** Nobody guesses anything here, and a whole office may come by one address. */
const TIMES = 20;
/** What is posted is a document, of which a signature has to be checked: it costs us more than whoever sends it. */
const TIMES_POSTED = 4;

/** `/.auth/…`: the way to providers and back. */
export function providerRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get(
    '/.auth/:type/login',
    told(signIn, async (request) => {
      const s = signIn();
      await s.throttle('provider', request, TIMES);
      const { params, query, signal } = request;
      const returnTo = localPath(query.get('returnTo'), s.prefix);
      const confirmFor = query.get('confirm') === '1' ? sessionOf(request.actor) : undefined;
      const wanted = {
        type: params['type'] ?? '',
        id: query.get('pc'),
        returnTo,
        anew: confirmFor !== undefined || query.get('anew') === '1',
        ...(confirmFor === undefined ? {} : { confirmFor }),
      };
      const { url, cookie } = await s.redirects.begin(wanted, signal);
      return redirect(url, [cookie]);
    }),
    { auth: 'public' },
  );

  const back =
    (method: 'GET' | 'POST', type?: string): RouteHandler =>
    async (request) => {
      const s = signIn();
      await (method === 'GET' ? s.throttle('provider', request, TIMES) : s.throttle('provider-posted', request, TIMES_POSTED));
      const parameters = method === 'GET' ? request.query : new URLSearchParams((await request.bytes()).toString('utf8'));
      const finished = await s.redirects.finish(type ?? request.params['type'] ?? '', {
        method,
        parameters,
        cookies: request.headers['cookie'],
        signal: request.signal,
        who: requester(request),
      });
      const { user, way, account, returnTo, cookies, session } = finished;
      if (finished.linked) return redirect(returnTo, cookies);
      if (finished.confirmed !== undefined) {
        const { text, lasts } = await s.stepUp.confirmedBy(user, finished.confirmed, way.id, requester(request));
        return redirect(returnTo, [...cookies, s.cookies.session(text, lasts)]);
      }
      const providerSession = s.logout.kept(way, session);
      return enter(s, request, { user, way: way.id, externalAccountId: account.id, providerSession, returnTo, cookies });
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

  // Whoever signed out at a provider comes back here; and it tells here, by its server or through a browser, whose sessions end.
  const signedOut = (): RouteReply => redirect(`${signIn().prefix}/sign-in?note=signed-out`);
  router.get('/.auth/:type/logout', signedOut, { auth: 'public' });
  router.post(
    '/.auth/:type/logout',
    async (request) => {
      const s = signIn();
      const parameters = new URLSearchParams((await request.bytes()).toString('utf8'));
      await (parameters.has('SAMLRequest') ? s.throttle('provider-posted', request, TIMES_POSTED) : s.throttle('provider', request, TIMES));
      if (!parameters.has('logout_token') && !parameters.has('SAMLRequest')) return signedOut();
      const goOn = await s.logout.told(request.params['type'] ?? '', parameters, requester(request), request.signal);
      return goOn === undefined ? { headers: { 'cache-control': 'no-store' } } : redirect(goOn);
    },
    { auth: 'public', crossOrigin: true },
  );

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
