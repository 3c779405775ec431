import { leaksIn, lossesIn } from '@sextant/plugin-code-host/testing';
import { expect, it } from 'vitest';
import { actors, cellsOf, type LeakWorld, repositories, type Surface } from './a-leak-world.js';

/** That these surfaces show each what they may see and nothing else, and that a hole in the wall would be noticed before each of them. */
export function holdsTheWall(surfaces: readonly Surface[], worlds: () => { readonly walled: LeakWorld; readonly open: LeakWorld }): void {
  it('is shown to who may see them, and looks to all others like nothing at all', async () => {
    const cells = await cellsOf(worlds().walled, surfaces);
    expect(cells).toHaveLength(surfaces.length * actors.length * repositories.length);
    expect(leaksIn(cells)).toEqual([]);
    expect(lossesIn(cells)).toEqual([]);
  });

  it.each(surfaces.map((surface) => [surface.name, surface] as const))(
    'is found out when the wall is missing before %s',
    async (_name, surface) => {
      const cells = await cellsOf(worlds().open, [surface]);
      expect(leaksIn(cells).length).toBeGreaterThan(0);
    },
  );
}
