import type { Visibility, VisibilityService } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import { expect, it } from 'vitest';
import { Viewer } from './viewer.js';

const seeing = (path: string): Visibility =>
  ({ unrestricted: false, canSee: (_id: number, asked?: string) => asked === path }) as unknown as Visibility;

it('shows nothing of a grant that was taken away to any of those who look at once', async () => {
  const wall = { epoch: '1', visibility: seeing('closed') };
  const service = {
    epoch: async () => wall.epoch,
    // It takes longer to know what may be seen than that something has changed.
    of: () => new Promise((resolve) => setImmediate(() => resolve(wall.visibility))),
  } as unknown as VisibilityService;
  const viewer = await Viewer.of(service, {} as Actor);
  expect(viewer.sees(1, 'closed')).toBe(true);
  Object.assign(wall, { epoch: '2', visibility: seeing('open') });
  const seen = await Promise.all([1, 2, 3].map(() => viewer.look().then(() => viewer.sees(1, 'closed'))));
  expect(seen).toEqual([false, false, false]);
});
