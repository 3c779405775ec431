import type { GitRunner, RunOptions } from '../process/git-runner.js';

const MANY_LOOSE = 2_000;
const MANY_PACKS = 40;

/** What keeps a mirror quick to read: packed refs and a commit graph always, a repack when loose objects or packs pile up. */
export async function maintainMirror(runner: GitRunner, gitDir: string, run: Pick<RunOptions, 'repository' | 'signal'>): Promise<void> {
  const options = { gitDir, ...run, deadline: 30 * 60_000 };
  const counts = await runner.text({ subcommand: 'count-objects', options: ['-v'] }, options);
  const count = (key: string) => Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(counts)?.[1] ?? 0);
  if (count('count') > MANY_LOOSE || count('packs') > MANY_PACKS) {
    await runner.output({ subcommand: 'repack', options: ['-d', '-l', '--quiet', '--geometric=2', '--no-write-bitmap-index'] }, options);
    await runner.output({ subcommand: 'prune-packed', options: ['--quiet'] }, options);
  }
  await runner.output({ subcommand: 'pack-refs', options: ['--all', '--prune'] }, options);
  await runner.output({ subcommand: 'commit-graph', options: ['write', '--reachable', '--split', '--no-progress'] }, options);
}
