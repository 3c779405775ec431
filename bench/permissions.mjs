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

/**
 * A person who may see a fifth of the repositories, beside the same person before anything is restricted, who looks through five times as much; and beside an
 * installation without permissions that holds just this fifth, which finds the same.
 */
async function search({ repositories, folder, rounds, note, progress }) {
  progress(`${repositories} repositories are indexed`);
  const child = forked(
    new URL('./permissions/search.mjs', import.meta.url),
    { dataDir: folder('data'), index: folder('index'), alone: folder('alone'), repositories, seen: repositories / 5, rounds },
    { timeout: 3_600_000 },
  );
  const { queries, wall, list, indexSeconds } = await child.next();
  await child.stop();
  note(
    `The index of ${repositories.toLocaleString('en')} small repositories was built in ${Math.round(indexSeconds)} s. Ratios are medians of the rounds' ratios.`,
  );
  const beside = (measure, ours, name, peers, goal) => ({
    measure,
    value: median(ours),
    unit: 'ms',
    samples: ours,
    peer: { name, value: median(peers) },
    ratio: median(ours.map((time, i) => time / peers[i])),
    ...(goal ? { goal: { of: 'ratio', atMost: goal } } : {}),
  });
  const [many, few] = [repositories, repositories / 5].map((number) => number.toLocaleString('en'));
  return [
    ...Object.entries(queries).flatMap(([query, { restricted, open, alone }]) => [
      beside(`search of ${many}, ${few} seen: ${query}`, restricted, 'all without', open, MOST),
      beside('  the same', restricted, `${few} without`, alone, MOST),
    ]),
    ...Object.entries(list).map(([what, { restricted, open }]) => beside(`  ${what}`, restricted, 'all without', open)),
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
  const { seconds, requests, before, after, most, granted, bytes, revokedFrom, revokedSeconds } = await child.next();
  await child.stop();
  note(
    `Sync: ${granted.toLocaleString('en')} pairs of user and repository are ${(bytes / 1e6).toFixed(1)} MB of bitmaps in the database; one repository was then taken from all ${revokedFrom.toLocaleString('en')} who had it in ${revokedSeconds.toFixed(2)} s.`,
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
