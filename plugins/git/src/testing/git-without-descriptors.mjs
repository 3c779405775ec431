// Run by a test under a low `ulimit -n`: asks git while no descriptor is left, then again when there are some.
import { closeSync, openSync } from 'node:fs';
import { localPrograms } from '@sextant/sdk/testing/programs';
import { GitRunner } from '../../dist/process/git-runner.js';

const runner = new GitRunner({ programs: localPrograms, program: 'git', home: '/', concurrency: 1, deadline: 10_000 });
const ask = () =>
  runner.text({ subcommand: 'version' }).then(
    (text) => text.slice(0, 'git version'.length),
    (error) => error.code,
  );
const open = [];
try {
  for (;;) open.push(openSync('/dev/null'));
} catch {
  // None are left.
}
// Twice: the only slot must be free again.
const answers = [await ask(), await ask()];
for (const descriptor of open) closeSync(descriptor);
answers.push(await ask());
process.stdout.write(`${answers.join('\n')}\n`);
