import { core, definePart, definePlugin } from '@sextant/sdk';
import { startTestKernel, TestClock } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import { permissionSources, visibility } from '../api.js';
import manifest from '../manifest.js';
import { aUser, FakePermissions } from '../testing/fakes.js';

const clock = new TestClock();
const permissions = new FakePermissions();
let hangs = false;
let asked: () => void = () => undefined;
/** Resolves when the source is asked next, and does not answer. */
const whenAsked = (): Promise<void> => new Promise((resolve) => (asked = resolve));

const people = definePlugin({
  id: 'test-people',
  version: '1.0.0',
  title: 'People',
  summary: 'x',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps: { visibility },
        register(r) {
          r.contribute(permissionSources, () => ({
            name: 'hanging',
            grants: (actor) => {
              if (!hangs) return permissions.grants(actor);
              asked();
              return new Promise<never>(() => undefined);
            },
          }));
          r.contribute(core.authenticators, () => ({
            name: 'test-people',
            hasCredentials: async () => true,
            authenticate: async ({ headers }) => (headers.authorization ? aUser(7) : undefined),
          }));
          r.http((router, d) => {
            router.get('/.api/seen', async ({ actor }) => ({ body: String((await d.visibility.of(actor)).repos.size) }));
            router.get('/.api/seen-twice', async ({ actor }) => ({
              body: (async function* () {
                yield String((await d.visibility.of(actor)).repos.size);
                hangs = true;
                yield String((await d.visibility.of(actor)).repos.size);
              })(),
            }));
          });
        },
      }),
    }),
  },
});

it('ends what waits for a source of permissions that hangs, with an error that names its plugin, and says so once a minute', async () => {
  const kernel = await startTestKernel({ plugins: [manifest, people], clock });
  const headers = { authorization: 'token 7' };
  const lines = () => kernel.log.lines.filter(({ message }) => String(message).startsWith('A source of permissions failed'));
  const late = async <R>(work: () => Promise<R>): Promise<R> => {
    const once = whenAsked();
    const answer = work();
    await once;
    await clock.advance(30_000);
    return answer;
  };
  expect(await (await kernel.fetch('/.api/seen', { headers })).text()).toBe('0');
  hangs = true;
  const { data, errors } = await late(() => kernel.graphql('{ repositories(first: 5) { nodes { name } } }', {}, { token: '7' }));
  expect(errors[0]?.extensions).toMatchObject({
    code: 'SEXTANT_CODE_HOST_PERMISSIONS_TIMEOUT',
    why: 'The plugin "test-people", which grants "hanging", did not answer within 30 s.',
  });
  expect(JSON.stringify(data)).not.toContain('nodes');
  expect(lines()).toHaveLength(1);
  const refused = await late(() => kernel.fetch('/.api/seen', { headers }));
  expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'SEXTANT_CODE_HOST_PERMISSIONS_TIMEOUT' } }]);
  expect(lines()).toHaveLength(1);
  expect(kernel.plugin('code-host')).toMatchObject({
    state: 'degraded',
    reason: expect.stringContaining('what asks for repositories fails until it answers'),
  });
  await late(() => kernel.fetch('/.api/seen', { headers }));
  expect(lines()).toHaveLength(2);

  hangs = false;
  expect(await (await kernel.fetch('/.api/seen', { headers })).text()).toBe('0');
  expect(kernel.plugin('code-host').state).toBe('active');
  const once = whenAsked();
  const stream = (await kernel.fetch('/.api/seen-twice', { headers })).text().catch(() => 'cut');
  await once;
  await clock.advance(30_000);
  expect(await stream).toBe('cut');
  await kernel.stop();
});
