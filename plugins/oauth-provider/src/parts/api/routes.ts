import {
  addressBlock,
  askGates,
  type LimitDecision,
  type PluginRouter,
  type RouteHandler,
  type RouteReply,
  type RouteRequest,
} from '@sextant/sdk';
import { personOf } from '../../engine/asking.js';
import { askProvider } from '../../engine/bridge.js';
import { forPages } from '../../engine/cross-origin.js';
import { checkedRegistration } from '../../engine/registration.js';
import { PATHS } from '../../paths.js';
import { tokenHash } from '../../storage/token-hash.js';
import { type ApiContext, type ApiDeps, holderOf, storesOf } from '../../wiring.js';
import { mountApplications } from './applications-routes.js';

const MAX_BODY = 32 * 1024;
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

const ID = /^[\w-]{1,64}$/;

/** Of one address. */
const REGISTRATIONS = { capacity: 10, per: 3_600_000 } as const;
const DEVICE_CODES = { capacity: 30, per: 60_000 } as const;
/** Pages that one address asks for without being signed in, or one person does: for each something is kept, for a quarter of an hour or a day. */
const PAGES = { capacity: 120, per: 60_000 } as const;
/** Questions about one device code: a few at once, then one in five seconds. */
const POLLS = { capacity: 3, per: 15_000 } as const;

/** Pages and what browsers are sent through take who is signed in; what programs ask, proves its callers by the provider's own means. */
export function mountRoutes(router: PluginRouter, d: ApiDeps, ctx: ApiContext): void {
  const holder = holderOf(d, ctx);
  mountApplications(router, d);
  const bodyOf = (request: RouteRequest): Promise<Buffer> | undefined => (request.method === 'POST' ? request.bytes() : undefined);
  const ask = async (request: RouteRequest, body?: Buffer): Promise<RouteReply> =>
    askProvider(await holder.current(), request, body ?? (await bodyOf(request)));
  // An id with dots and slashes in it would be a path to something else, past what stands before that.
  const page: RouteHandler = (request) =>
    request.params['uid'] === undefined || ID.test(request.params['uid'])
      ? ask(request)
      : refused(404, 'not_found', 'there is nothing here');

  const browsed: RouteHandler = async (request) => {
    const whose = personOf(request.actor)?.userId ?? addressBlock(request.remoteAddress);
    const limit = await d.limits.take(`pages:${whose}`, PAGES);
    return limit.allowed ? page(request) : tooMany(limit);
  };
  for (const path of [PATHS.authorization, PATHS.resume, PATHS.deviceResume, PATHS.endSession, PATHS.endSessionSuccess])
    router.get(path, browsed, { auth: 'public' });
  for (const path of [PATHS.interaction, PATHS.device]) {
    router.get(path, browsed, { auth: 'public' });
    router.post(path, browsed, { auth: 'public', maxBody: MAX_BODY });
  }
  router.post(PATHS.endSessionConfirm, browsed, { auth: 'public', maxBody: MAX_BODY });

  // Gates are not asked where a route proves its callers itself; they hold for programs all the same.
  const gated =
    (handler: RouteHandler): RouteHandler =>
    async (request) => {
      await askGates(d.gates, request);
      return handler(request);
    };
  const own = { auth: 'own', maxBody: MAX_BODY } as const;

  // Who asks is checked by `forPages`, and by the provider.
  const pages = { ...own, crossOrigin: true } as const;
  const paged = (handler: RouteHandler): RouteHandler => gated(forPages({ ...d, clients: storesOf(d).clients }, handler));
  for (const path of [PATHS.discovery, PATHS.serverMetadata, PATHS.jwks]) router.get(path, paged(page), pages);
  for (const path of [PATHS.token, PATHS.revocation, PATHS.userinfo]) router.options(path, paged(page), pages);
  router.get(PATHS.userinfo, paged(page), pages);
  router.post(PATHS.userinfo, paged(page), pages);
  router.post(PATHS.revocation, paged(page), pages);
  router.post(PATHS.introspection, gated(page), own);
  router.post(
    PATHS.deviceAuthorization,
    gated(async (request) => {
      const limit = await d.limits.take(`device-code:${addressBlock(request.remoteAddress)}`, DEVICE_CODES);
      return limit.allowed ? ask(request) : tooMany(limit);
    }),
    own,
  );
  router.post(
    PATHS.token,
    paged(async (request) => {
      const body = await request.bytes();
      const form = new URLSearchParams(body.toString());
      const deviceCode = form.get('device_code');
      if (form.get('grant_type') === DEVICE && deviceCode) {
        const { allowed } = await d.limits.take(`poll:${tokenHash(deviceCode).toString('hex')}`, POLLS);
        if (!allowed) return refused(400, 'slow_down', 'the device asks too often');
      }
      return ask(request, body);
    }),
    pages,
  );
  router.post(
    PATHS.registration,
    gated(async (request) => {
      if (!(await holder.current()).dynamicRegistration)
        return refused(403, 'access_denied', 'programs do not register themselves here: ask a site admin to register it');
      const limit = await d.limits.take(`register:${addressBlock(request.remoteAddress)}`, REGISTRATIONS);
      if (!limit.allowed) return tooMany(limit);
      const checked = checkedRegistration(await request.json());
      if (!checked.ok) return refused(400, checked.error, checked.description);
      return ask(request, Buffer.from(JSON.stringify(checked.metadata)));
    }),
    own,
  );
}

const refused = (status: number, error: string, description: string): RouteReply => ({
  status,
  body: { error, error_description: description },
});

const tooMany = ({ retryAfter }: LimitDecision): RouteReply => ({
  ...refused(429, 'temporarily_unavailable', 'too many requests came from this address'),
  headers: { 'retry-after': String(Math.ceil(retryAfter / 1000)) },
});
