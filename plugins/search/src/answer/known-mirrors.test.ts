import type { MirrorState } from '@sextant/plugin-git/api';
import { describe, expect, it } from 'vitest';
import { KnownMirrors } from './known-mirrors.js';

function aWorld() {
  const world = {
    now: 0,
    commit: 'a',
    status: 'cloning' as MirrorState['status'],
    asked: [] as (readonly number[])[],
    during: () => undefined as void,
  };
  const state = (repositoryId: number) =>
    ({ repositoryId, status: world.status, head: { branch: 'main', commit: world.commit } }) as MirrorState;
  const known = new KnownMirrors(
    {
      states: async (ids) => {
        world.asked.push(ids);
        const read = new Map(ids.filter((id) => id < 10).map((id) => [id, state(id)]));
        world.during();
        return read;
      },
    },
    () => world.now,
  );
  const heads = async (...ids: number[]) => [...(await known.states(ids))].map(([id, { head }]) => `${id}${head?.commit}`);
  return { world, known, heads };
}

describe('states of mirrors', () => {
  it('are read once in a while, also those that are not there', async () => {
    const { world, heads } = aWorld();
    expect(await heads(1, 2, 99)).toEqual(['1a', '2a']);
    expect(await heads(2, 99, 3)).toEqual(['2a', '3a']);
    expect(world.asked).toEqual([[1, 2, 99], [3]]);
    world.now = 2_000;
    world.commit = 'b';
    expect(await heads(1)).toEqual(['1b']);
  });

  it('are gone by longer where the mirror is there and nothing is wrong with it', async () => {
    const { world, known, heads } = aWorld();
    world.status = 'cloned';
    await heads(1, 99);
    world.now = 9_000;
    await heads(1, 99);
    expect(world.asked).toEqual([[1, 99], [99]]);
    world.now = 11_000;
    await heads(1);
    known.forget(1);
    await heads(1);
    expect(world.asked.slice(2)).toEqual([[1], [1]]);
  });

  it('are read again at once when the mirror has moved', async () => {
    const { world, known, heads } = aWorld();
    await heads(1, 2);
    world.commit = 'b';
    known.forget(1);
    expect(await heads(1, 2)).toEqual(['2a', '1b']);
  });

  it('are not kept when the mirror moved while they were read', async () => {
    const { world, known, heads } = aWorld();
    world.during = () => {
      world.commit = 'b';
      known.forget(1);
    };
    expect(await heads(1, 2)).toEqual(['1a', '2a']);
    world.during = () => undefined;
    expect(await heads(1, 2)).toEqual(['2a', '1b']);
  });
});
