import { ANONYMOUS } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { gitCheck } from './git-check.js';
import { mirrorCheck } from './mirror-check.js';

const asked = { actor: ANONYMOUS, signal: new AbortController().signal };

describe('the check of git', () => {
  const run = (output: string, free = 8 * 1024 ** 3) =>
    gitCheck({ version: async () => output, freeBytes: async () => free, minFree: 1024 ** 3 }).run(asked);

  it.each<[what: string, output: string, free: number | undefined, finding: object]>([
    ['is new', 'git version 2.51.0\n', undefined, { level: 'ok', what: 'git version 2.51.0; 8.0 GiB are free for mirrors.' }],
    ['has known holes', 'git version 2.50.0', undefined, { level: 'warning' }],
    ['has none, at the version that closed them', 'git version 2.50.1.windows.1', undefined, { level: 'ok' }],
    ['is too old', 'git version 2.20.1', undefined, { level: 'error' }],
    ['is not there', '', undefined, { level: 'error' }],
    ['has no room for mirrors', 'git version 2.51.0', 1024, { level: 'error', code: 'SEXTANT_GIT_DISK_FULL' }],
  ])('tells that it %s', async (_what, output, free, finding) => {
    expect(await run(output, free)).toMatchObject([finding]);
  });
});

describe('the check of mirrors', () => {
  const fetched: unknown[] = [];
  const mirror = { repositoryId: 3, name: 'host/app', failures: 2, nextFetch: new Date(0), corruptions: [{ reason: 'a pack is broken' }] };
  const run = (count: number, ...worst: object[]) => check({ count, worst }).run(asked);
  const check = (troubled: { readonly count: number; readonly worst: readonly object[]; readonly hasHidden?: boolean }) =>
    mirrorCheck({
      table: {
        stats: async () => ({ total: 9, cloned: 7, cloning: 1, notCloned: 1, failedFetch: 1, corrupt: 0, sizeBytes: 0 }),
        troubled: async () => ({ hasHidden: false, ...troubled }) as never,
      },
      mirrors: { refresh: async (...given) => void fetched.push(given) },
      wall: { of: async () => ({}) as never },
    });

  it('names those that cannot be fetched, by the code of what git said, and offers to fetch them now', async () => {
    const lastError = 'SEXTANT_GIT_AUTHENTICATION: The code host refused the credentials.';
    const findings = await run(5, { ...mirror, status: 'cloned', lastError });
    expect(findings).toMatchObject([
      {
        level: 'error',
        what: 'host/app could not be fetched 2 times in a row; the next try is at 1970-01-01T00:00:00.000Z.',
        why: 'The code host refused the credentials.',
        code: 'SEXTANT_GIT_AUTHENTICATION',
        mend: { id: 'fetch:3' },
      },
      { level: 'error', what: '4 more repositories cannot be fetched.' },
      { level: 'ok', what: '7 of 9 repositories are cloned, 1 are being cloned, 1 wait.' },
    ]);
    await findings[0]?.mend?.run(asked);
    expect(fetched).toEqual([[3, 'manual']]);
  });

  it('names those that are damaged', async () => {
    expect(await run(1, { ...mirror, status: 'corrupt', lastError: undefined })).toMatchObject([
      {
        level: 'error',
        what: 'The mirror of host/app is damaged, and is cloned again by itself.',
        why: 'a pack is broken',
        code: 'SEXTANT_GIT_CORRUPT',
      },
      { level: 'ok' },
    ]);
  });

  it('tells that there are some whom the asker does not see, and neither which nor how many', async () => {
    expect(await check({ count: 0, worst: [], hasHidden: true }).run(asked)).toMatchObject([
      { level: 'error', what: 'Mirrors of repositories that you do not see are damaged, or cannot be fetched.' },
      { level: 'ok' },
    ]);
  });
});
