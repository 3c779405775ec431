import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import identity from '@sextant/plugin-identity';
import { ROLES } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import git from './manifest.js';
import { shardOf } from './remote.js';
import { aFolder, aRepository } from './testing/a-repository.js';

const sockets = mkdtempSync(join(tmpdir(), 'sx-'));
afterAll(() => rmSync(sockets, { recursive: true, force: true }));
const addresses = [0, 1].map((n) => `unix:${join(sockets, `git-${n}`)}`);
let nodes: TestKernel[];
let front: TestKernel;
let names: string[];

beforeAll(async () => {
  const parent = aFolder('many');
  for (let i = 0; i < 6; i++)
    renameSync(aRepository({ bare: false, commits: [{ files: { 'a.txt': `${i}\n` } }] }).path, join(parent, `repo-${i}`));
  nodes = await Promise.all(
    addresses.map((listen) => startTestKernel({ plugins: [git], roles: ['git'], config: { internal: { listen } } })),
  );
  front = await startTestKernel({
    plugins: [identity, codeHost, codeHostLocal, git],
    roles: ROLES.filter((role) => !['git', 'executor', 'tunnel', 'cli'].includes(role)),
    config: { remotes: { git: addresses } },
  });
  await front.graphql('mutation ($input: AddExternalServiceInput!) { addExternalService(input: $input) { id } }', {
    input: { kind: 'LOCAL', displayName: 'here', config: JSON.stringify({ roots: [parent] }) },
  });
  await vi.waitFor(
    async () => {
      const { data } = await front.graphql('{ repositories { nodes { name mirrorInfo { cloned } } } }');
      expect(at(data, 'repositories.nodes.*.mirrorInfo.cloned')).toEqual(new Array(6).fill(true));
      names = at(data, 'repositories.nodes.*.name') as string[];
    },
    { timeout: 40_000, interval: 100 },
  );
}, 90_000);

describe('git on two nodes of their own', () => {
  const mirrorsOn = (node: TestKernel) =>
    readdirSync(join(node.dataDir, 'repos'), { recursive: true, withFileTypes: true }).filter(
      (e) => e.isDirectory() && e.name.endsWith('.git'),
    ).length;

  it('keeps each repository on the node its name says', () => {
    expect(nodes.map(mirrorsOn)).toEqual([0, 1].map((node) => names.filter((name) => shardOf(name, 2) === node).length));
  });

  it('reads, streams and downloads over the wire', async () => {
    for (const name of names) {
      const { data, errors } = await front.graphql(
        'query ($n: String!) { repository(name: $n) { commit(rev: "main") { subject ancestors { nodes { oid } } tree { entries { path } } blob(path: "a.txt") { content } diff { fileDiffs { totalCount } } } } }',
        { n: name },
      );
      expect(errors).toEqual([]);
      expect(at(data, 'repository.commit')).toMatchObject({
        tree: { entries: [{ path: 'a.txt' }] },
        blob: { content: `${name.at(-1)}\n` },
        diff: { fileDiffs: { totalCount: 1 } },
      });
      expect(await (await front.fetch(`/${name}/-/raw/a.txt`)).text()).toBe(`${name.at(-1)}\n`);
      expect((await (await front.fetch(`/${name}/-/raw?format=zip`)).bytes()).length).toBeGreaterThan(50);
    }
    const { data } = await front.graphql('query ($n: String!) { repository(name: $n) { none: commit(rev: "none") { oid } } }', {
      n: names[0],
    });
    expect(at(data, 'repository.none')).toBeNull();
  });

  it('goes on with one node when the other is gone, and says what it cannot answer', async () => {
    await nodes[0]!.stop();
    const answers = await Promise.all(
      names.map((n) => front.graphql('query ($n: String!) { repository(name: $n) { commit(rev: "main") { oid } } }', { n })),
    );
    answers.forEach(({ data, errors }, i) => {
      if (shardOf(names[i]!, 2) === 1) expect([textAt(data, 'repository.commit.oid').length, errors]).toEqual([40, []]);
      else expect(errors[0]!.extensions['code']).toBe('SEXTANT_REMOTE_UNREACHABLE');
    });
  });
});
