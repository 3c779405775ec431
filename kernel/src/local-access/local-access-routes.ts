import type { PluginRouter } from '@sextant/sdk';
import { localAccountRefusal } from '../http/auth-errors.js';
import { notFound } from '../http/not-found.js';
import { requestMessages } from '../http/request-message.js';
import type { LocalAccess } from './local-access.js';

// The address had a secret in it: it must stay in no history of a cache, and go to no other page.
const PRIVATE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } as const;

/** `GET /-/local?token=…`, the link that a start prints: lets this browser in, and leads to the same address without the secret. */
export const localAccessRoutes =
  (access: LocalAccess) =>
  (router: PluginRouter): void => {
    router.get(
      '/-/local',
      async (request) => {
        const token = request.query.get('token');
        if (token !== null) {
          const message = requestMessages.get(request);
          const cookie = message && (await access.letIn(message, token));
          if (cookie === undefined) throw notFound(request.path);
          // Relative, so that it holds behind a path prefix.
          return { status: 303, headers: { ...PRIVATE, location: 'local' }, cookies: [cookie] };
        }
        if (access.invitation('') === undefined) throw notFound(request.path);
        const peer = await request.peerAccount();
        if (peer !== 'owner') throw localAccountRefusal(peer);
        return {
          headers: { ...PRIVATE, 'content-type': 'text/plain; charset=utf-8' },
          body: 'This browser is let in as the local site admin until Sextant stops.\n',
        };
      },
      { auth: 'own' },
    );
  };
