import { createHash } from 'node:crypto';
import { type CommitOid, RepoName, RevSpec } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import type { Git } from './api.js';
import './git-errors.js';
import { gitService, shardOf } from './remote.js';

const names = Array.from({ length: 40 }, (_, i) => RepoName.parse(`host/repo-${i}`));

/** Nodes that answer with their own number, and write down what they were asked. */
function nodes(count: number) {
  const asked: string[] = [];
  const made = Array.from({ length: count }, (_, node) => ({
    address: `node-${node}`,
    client: {
      resolve: async () => String(node) as CommitOid,
      resolveMany: async ({ items }: Parameters<Git['resolveMany']>[0]) =>
        items.map(({ repository }) => `${node}:${repository}` as CommitOid),
      rename: async () => void asked.push(`rename on ${node}`),
      remove: async () => void asked.push(`remove on ${node}`),
      blob: async function* () {
        yield Buffer.from(String(node));
      },
    } as unknown as Git,
  }));
  return { git: gitService.remote!.combine!(made), asked };
}

describe('mirrors on several nodes', () => {
  it('are found by the MD5 of the lower-cased name: its first 8 bytes, big-endian, modulo the nodes', () => {
    const digest = createHash('md5').update('github.com/acme/widgets').digest('hex');
    expect(shardOf('GitHub.com/Acme/Widgets', 7)).toBe(Number(BigInt(`0x${digest.slice(0, 16)}`) % 7n));
  });

  it('are asked where they lie, calls and streams alike', async () => {
    const { git } = nodes(3);
    for (const repository of names) {
      expect(await git.resolve({ repository, revision: RevSpec.HEAD })).toBe(String(shardOf(repository, 3)));
      for await (const part of git.blob({ repository } as never)) expect(part.toString()).toBe(String(shardOf(repository, 3)));
    }
  });

  it('are resolved together, in the order they were asked for', async () => {
    const { git } = nodes(3);
    const items = names.map((repository) => ({ repository, revision: RevSpec.HEAD }));
    expect(await git.resolveMany({ items })).toEqual(names.map((name) => `${shardOf(name, 3)}:${name}`));
  });

  it('move on one node, and are cloned anew when the new name belongs to another', async () => {
    const { git, asked } = nodes(3);
    const [from] = names;
    const [same, other] = [true, false].map(
      (wanted) => names.slice(1).find((name) => (shardOf(name, 3) === shardOf(from!, 3)) === wanted)!,
    );
    await git.rename({ repository: from!, to: same! });
    await git.rename({ repository: from!, to: other! });
    expect(asked).toEqual([`rename on ${shardOf(from!, 3)}`, `remove on ${shardOf(from!, 3)}`]);
  });

  it('say that there is no node', async () => {
    const { git } = nodes(0);
    expect(() => git.resolve({ repository: names[0]!, revision: RevSpec.HEAD })).toThrow(
      expect.objectContaining({ code: 'SEXTANT_GIT_NO_NODE', status: 503 }),
    );
    await expect(git.resolveMany({ items: [] })).rejects.toMatchObject({ code: 'SEXTANT_GIT_NO_NODE' });
  });

  it('have a kind of crossing for every method', () => {
    expect(Object.keys(gitService.remote!.methods).sort()).toEqual(Object.keys(nodes(1).git).sort());
  });
});
