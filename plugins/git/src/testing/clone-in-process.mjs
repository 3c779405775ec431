// Clones one repository in a process of its own, which a test kills: node clone-in-process.mjs <base> <program> <name> <source>
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RepoName } from '@sextant/sdk';
import { localPrograms } from '@sextant/sdk/testing/programs';
import { gitOnDisk } from '../../dist/git-service.js';
import { MirrorFiles } from '../../dist/mirror/mirror-files.js';
import { DEFAULT_REFSPECS } from '../../dist/mirror/refspecs.js';
import { CatFilePool } from '../../dist/process/cat-file-pool.js';
import { writeCredentialHelpers } from '../../dist/process/credential-helpers.js';
import { GitRunner } from '../../dist/process/git-runner.js';
import { Semaphore } from '../../dist/process/semaphore.js';

const [base, program, name, url] = process.argv.slice(2);
const home = join(base, 'run', 'home');
mkdirSync(home, { recursive: true });
const runner = new GitRunner({ programs: localPrograms, program, home, concurrency: 4, deadline: 60_000 });
const git = gitOnDisk({
  runner,
  pool: new CatFilePool(runner, { capacity: 2, idle: 1_000 }),
  files: new MirrorFiles(join(base, 'repos')),
  programs: localPrograms,
  helpers: await writeCredentialHelpers(join(base, 'run', 'bin')),
  refspecs: DEFAULT_REFSPECS,
  deadline: 60_000,
  minFreeBytes: 0,
  now: () => new Date(),
  slots: new Semaphore(1),
  shard: 'child',
});
for await (const event of git.fetch({ repository: RepoName.parse(name), source: { url, localFolder: true } }))
  process.stdout.write(`${JSON.stringify(event)}\n`);
