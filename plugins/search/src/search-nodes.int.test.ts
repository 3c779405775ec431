import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
import identity from '@sextant/plugin-identity';
// As it ships: its threads run the compiled worker.
import search from '@sextant/plugin-search';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSextant, TestRepository, type TestSextant } from './testing/a-sextant.js';

// One process that builds the index and searches it; the nodes that its configuration names never come. Those that do are in `search-nodes.e2e.test.ts`.
const plugins = [identity, codeHost, codeHostLocal, git, search];
let sextant: TestSextant<TestKernel>;

beforeAll(async () => {
  sextant = await aSextant(
    (config) => startTestKernel({ plugins, config }),
    (root) => void new TestRepository(join(root, 'alpha')).commit({ 'a.txt': 'needle\n' }),
    { node: 'builder', nodes: ['one', 'two'] },
  );
});
afterAll(() => sextant?.close());

const LIST = '{ searchNodes { name state online repositories incoming outgoing moving { repository { name } from } pinned { name } } }';
const list = async (): Promise<unknown> => at((await sextant.kernel.graphql(LIST)).data, 'searchNodes');
const node = async (name: string): Promise<unknown> => ((await list()) as { readonly name: string }[]).find((n) => n.name === name);
const ask = async (
  mutation: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly data: unknown; readonly errors?: unknown }> => sextant.kernel.graphql(mutation, variables);
const soon = { timeout: 20_000, interval: 50 };

describe('search nodes', () => {
  it('are listed with what they hold and what they are to get, and the one that builds the index too', async () => {
    await expect.poll(() => node('builder'), soon).toMatchObject({ state: 'EVERYTHING', online: true, repositories: 1 });
    const [one, two] = [(await node('one')) as { incoming: number }, (await node('two')) as { incoming: number }];
    expect(one.incoming + two.incoming).toBe(1);
    expect(one).toMatchObject({ state: 'ACTIVE', online: false, repositories: 0, pinned: [] });
    expect((await sextant.search('needle')).verdict.exhaustive).toBe(true);
  });

  it('are drained and undrained by name, but never all of them', async () => {
    expect((await ask('mutation { drainSearchNode(name: "one") { name state } }')).data).toEqual({
      drainSearchNode: { name: 'one', state: 'DRAINED' },
    });
    await expect.poll(() => node('two'), soon).toMatchObject({ incoming: 1, moving: [{ repository: { name: 'alpha' }, from: [] }] });
    expect(await ask('mutation { drainSearchNode(name: "two") { name } }')).toMatchObject({
      errors: [{ extensions: { code: 'SEXTANT_SEARCH_NODE', what: expect.stringContaining('the last one that is not drained') } }],
    });
    expect((await ask('mutation { undrainSearchNode(name: "one") { state } }')).data).toEqual({ undrainSearchNode: { state: 'ACTIVE' } });
  });

  it('keep what is pinned to them, until it is unpinned', async () => {
    const id = at((await ask('{ repository(name: "alpha") { id } }')).data, 'repository.id');
    const pin = 'mutation Pin($id: ID!, $nodes: [String!]!) { pinRepositoryToSearchNodes(repository: $id, nodes: $nodes) { alwaysNil } }';
    expect((await ask(pin, { id, nodes: ['one', 'two', 'one'] })).errors).toEqual([]);
    for (const name of ['one', 'two'])
      await expect.poll(() => node(name), soon).toMatchObject({ incoming: 1, pinned: [{ name: 'alpha' }] });
    expect(
      (await ask('mutation Unpin($id: ID!) { unpinRepositoryFromSearchNodes(repository: $id) { alwaysNil } }', { id })).errors,
    ).toEqual([]);
    expect(await node('two')).toMatchObject({ pinned: [] });
    for (const [nodes, code] of [
      [[], 'SEXTANT_SEARCH_ARGUMENT'],
      [['three'], 'SEXTANT_SEARCH_NODE'],
      [['builder'], 'SEXTANT_SEARCH_NODE'],
    ] as const)
      expect(await ask(pin, { id, nodes })).toMatchObject({ errors: [{ extensions: { code } }] });
  });
});
