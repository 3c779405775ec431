import codeHost from '@sextant/plugin-code-host';
import { z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeSmithy } from './fake/fake-smithy.js';
import manifest from './manifest.js';

let kernel: TestKernel;
let smithy: FakeSmithy;

beforeAll(async () => {
  smithy = await FakeSmithy.start([
    { id: 1, name: 'tools/anvil' },
    { id: 2, name: 'tools/hammer', private: true },
    { id: 3, name: 'tools/tongs' },
  ]);
  kernel = await startTestKernel({
    plugins: [codeHost, manifest],
    config: {
      plugins: {
        'code-host': {
          connections: [
            { kind: 'SMITHY', displayName: 'Ours', config: { url: smithy.url, token: smithy.token, exclude: [{ name: 'tools/hammer' }] } },
          ],
        },
      },
    },
  });
});
afterAll(async () => {
  await smithy[Symbol.asyncDispose]();
});

it('brings its repositories into Sextant, page by page, without those that are excluded', async () => {
  const names = async (): Promise<readonly string[]> => {
    const { data } = await kernel.graphql('{ repositories(first: 10) { nodes { name } } }');
    return z
      .array(z.string())
      .parse(at(data, 'repositories.nodes.*.name'))
      .map((name) => name.replace(/^[^/]*\//, ''));
  };
  await expect.poll(names, { timeout: 10_000 }).toEqual(['tools/anvil', 'tools/tongs']);
  expect(kernel.log.text).not.toContain(smithy.token);
});

it('is a kind like any other in GraphQL, also while its plugin is off', async () => {
  const kinds = async (): Promise<unknown> => {
    const { data, errors } = await kernel.graphql('{ externalServices { nodes { kind displayName } } }');
    expect(errors).toEqual([]);
    return at(data, 'externalServices.nodes');
  };
  expect(await kinds()).toEqual([{ kind: 'SMITHY', displayName: 'Ours' }]);
  const { data } = await kernel.graphql(
    'mutation ($config: String!) { addExternalService(input: { kind: SMITHY, displayName: "Second", config: $config }) { kind } }',
    {
      config: JSON.stringify({ url: smithy.url, token: smithy.token, exclude: [{ pattern: '.' }] }),
    },
  );
  expect(data).toEqual({ addExternalService: { kind: 'SMITHY' } });
  await kernel.kernel.switchboard.disable('code-host-smithy');
  expect(await kinds()).toHaveLength(2);
});
