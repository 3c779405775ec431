import codeHost from '@sextant/plugin-code-host';
import { codeHostKindContract } from '@sextant/plugin-code-host/testing';
import { core, z } from '@sextant/sdk';
import { at, describeContract, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeSmithy } from './fake/fake-smithy.js';
import manifest from './manifest.js';
import { smithyKind } from './smithy-kind.js';

let kernel: TestKernel;
let smithy: FakeSmithy;
let closed: string;

beforeAll(async () => {
  smithy = await FakeSmithy.start([
    { id: 1, name: 'tools/anvil' },
    { id: 2, name: 'tools/hammer', private: true },
    { id: 3, name: 'tools/tongs' },
  ]);
  await using gone = await FakeSmithy.start([]);
  closed = gone.url;
  kernel = await startTestKernel({
    plugins: [codeHost, manifest],
    config: {
      plugins: {
        'code-host': {
          connections: [
            { kind: 'SMITHY', displayName: 'Ours', config: { url: smithy.url, token: smithy.token, exclude: ['tools/hammer'] } },
          ],
        },
      },
    },
  });
});
afterAll(async () => {
  await smithy[Symbol.asyncDispose]();
});

const contract = codeHostKindContract(() => ({
  good: { url: smithy.url, token: smithy.token },
  refused: { url: smithy.url, token: 'wrong' },
  unreachable: { url: closed, token: smithy.token },
}));
describeContract(contract, 'Smithy', () => smithyKind(kernel.service(core.http, manifest.id)));

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
