import codeHost from '@sextant/plugin-code-host';
import { encodeNodeId } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, expect, it } from 'vitest';
import { pinCounts } from './api.js';
import { announceAll } from './jobs.js';
import manifest from './manifest.js';

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [codeHost, manifest] });
});

it('comes up whole', () => {
  expect(kernel.plugin('pins')).toMatchObject({ state: 'active', reason: undefined });
});

it('pins nothing to a repository that is not there', async () => {
  const { errors } = await kernel.graphql('mutation ($id: ID!) { pin(repository: $id, text: "x") }', { id: encodeNodeId('Repository', 7) });
  expect(errors).toMatchObject([{ extensions: { code: 'SEXTANT_PINS_REPOSITORY' } }]);
  expect((await kernel.graphql('{ pins { text } pinsTotal }')).data).toEqual({ pins: [], pinsTotal: 0 });
});

it('streams, counts and runs its jobs', async () => {
  const reply = await kernel.fetch('/.api/pins/all/of/them');
  expect([reply.status, await reply.text()]).toEqual([200, '']);
  expect(await kernel.service(pinCounts).counts({ repositories: [1, 2] })).toEqual([0, 0]);
  await kernel.jobs.enqueue(announceAll, {});
  await kernel.jobs.drain();
  await kernel.jobs.waitFor(announceAll, 'completed');
});
