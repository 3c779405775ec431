import { type Authenticator, core, definePart, definePlugin, z } from '@sextant/sdk';
import { actors } from '../api.js';

const config = z.object({});
const HEADER = 'x-test-session';

/** In place of the plugin that signs people in: whoever the header names is signed in, and has just proved it. */
export const testSessionPlugin = definePlugin({
  id: 'test-session',
  version: '1.0.0',
  title: 'Sessions of tests',
  summary: 'Believes a header.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  config,
  parts: {
    api: async () => ({
      default: definePart(config)({
        deps: { actors },
        register(r) {
          r.contribute(
            core.authenticators,
            (d): Authenticator => ({
              name: 'test-session',
              hasCredentials: async () => false,
              authenticate: async ({ headers }) => {
                const userId = Number(headers[HEADER] ?? Number.NaN);
                if (Number.isNaN(userId)) return undefined;
                const confirmation = { recent: true, url: 'http://127.0.0.1/-/confirm' };
                return d.actors.actorOf(userId, { via: 'session', credential: `session:${userId}`, confirmation });
              },
            }),
          );
        },
      }),
    }),
  },
});

/** The headers of a request in a session of this user. */
export const testSession = (userId: number): Readonly<Record<string, string>> => ({ [HEADER]: String(userId) });
