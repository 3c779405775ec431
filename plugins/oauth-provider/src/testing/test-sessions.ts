import { users } from '@sextant/plugin-identity/api';
import { type Authenticator, core, declareErrors, definePart, definePlugin, type Gate, SextantError, z } from '@sextant/sdk';

const config = z.object({});
declareErrors({ SEXTANT_TEST_GATE: { status: 418, summary: 'A gate of a test is closed.', fix: 'Do not knock.' } });

/** In place of the plugin that signs people in: whoever the browser's cookie names is signed in. */
export const testSessions = definePlugin({
  id: 'test-sessions',
  version: '1.0.0',
  title: 'Sessions of tests',
  summary: 'Believes a cookie, and has a gate.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    api: async () => ({
      default: definePart(config)({
        deps: { users },
        register(r) {
          r.contribute(
            core.gates,
            (): Gate => ({
              name: 'test-gate',
              admit: async ({ headers }) => {
                if (headers['x-test-refused'] !== undefined) throw new SextantError('SEXTANT_TEST_GATE', { what: 'The gate is closed.' });
              },
            }),
          );
          r.contribute(
            core.authenticators,
            (d): Authenticator => ({
              name: 'test-sessions',
              hasCredentials: async () => true,
              authenticate: async ({ headers }) => {
                const id = /test-person=(\d+)/.exec(headers['cookie'] ?? '')?.[1];
                const user = id === undefined || headers['authorization'] !== undefined ? undefined : await d.users.byId(Number(id));
                return (
                  user && {
                    kind: 'user',
                    id: `user:${user.id}`,
                    userId: user.id,
                    username: user.username,
                    siteAdmin: user.siteAdmin,
                    via: 'session',
                  }
                );
              },
            }),
          );
        },
      }),
    }),
  },
});
