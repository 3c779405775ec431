import { forked } from './harness/forked.mjs';
import { median, percentile } from './harness/measure.mjs';

export const title = 'what the wall costs a search, and syncs of very many users and repositories';

const MOST = 1.15;

export async function run({ tiny, folder, runs, note, progress, options: { only, growth } }) {
  const parts = { search, sync };
  const rows = [];
  for (const [name, part] of Object.entries(parts))
    if (!only || only.includes(name))
      rows.push(...(await part({ tiny, folder, rounds: runs(15), note, progress, repositories: growth?.[0] ?? (tiny ? 50 : 50_000) })));
  return rows;
}

/** A person who may see a fifth of the repositories, beside the same person before anything is restricted. */
async function search({ repositories, folder, rounds, note, progress }) {
  progress(`${repositories} repositories are indexed`);
  const child = forked(
    new URL('./permissions/search.mjs', import.meta.url),
    { dataDir: folder('data'), index: folder('index'), repositories, seen: repositories / 5, rounds },
    { timeout: 3_600_000 },
  );
  const { queries, wall, list, indexSeconds } = await child.next();
  await child.stop();
  note(
    `The index of ${repositories.toLocaleString('en')} small repositories was built in ${Math.round(indexSeconds)} s. Ratios are medians of the rounds' ratios.`,
  );
  const beside = (measure, { restricted, open }, goal) => ({
    measure,
    value: median(restricted),
    unit: 'ms',
    samples: restricted,
    peer: { name: 'without', value: median(open) },
    ratio: median(restricted.map((time, i) => time / open[i])),
    ...(goal ? { goal: { of: 'ratio', atMost: goal } } : {}),
  });
  return [
    ...Object.entries(queries).map(([q, times]) =>
      beside(`search of ${repositories.toLocaleString('en')}, ${(repositories / 5).toLocaleString('en')} seen: ${q}`, times, MOST),
    ),
    ...Object.entries(list).map(([what, times]) => beside(`  ${what}`, times)),
    { measure: '  the wall, asked again', value: median(wall.warm) * 1_000, unit: 'µs' },
    { measure: '  the wall, asked after a change', value: percentile(wall.cold, 50), unit: 'ms' },
  ];
}

/** Every user of a simulated host, each of whom may read a fifth of its repositories. */
async function sync({ repositories, folder, note, progress }) {
  const users = repositories / 10;
  progress(`${users} users × ${repositories} repositories`);
  const child = forked(
    new URL('./permissions/sync.mjs', import.meta.url),
    { dataDir: folder('data'), users, repositories },
    { execArgv: ['--expose-gc'], timeout: 7_200_000 },
  );
  const { seconds, requests, before, after, most, granted, bytes, revokedSeconds } = await child.next();
  await child.stop();
  note(
    `Sync: ${granted.toLocaleString('en')} pairs of user and repository are ${(bytes / 1e6).toFixed(1)} MB of bitmaps in the database; one repository was then taken from everybody in ${revokedSeconds.toFixed(2)} s.`,
  );
  return [
    {
      measure: `${users.toLocaleString('en')} users × ${repositories.toLocaleString('en')} repositories: synced`,
      value: seconds,
      unit: 's',
    },
    { measure: '  requests to the host', value: requests, unit: '' },
    {
      measure: '  pairs granted',
      value: granted,
      unit: '',
      goal: { atLeast: (users * repositories) / 5, atMost: (users * repositories) / 5 },
    },
    { measure: '  heap after', value: after, unit: 'MB', peer: { name: 'before', value: before }, goal: { of: 'ratio', atMost: 1.5 } },
    { measure: '  heap, most', value: most, unit: 'MB' },
    { measure: '  bytes of a user', value: bytes / users, unit: 'B' },
  ];
}
