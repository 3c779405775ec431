// Takes the wall away at each place where a plugin asks it, one after the other, and tells which row of the leak matrix turned red. With an argument: at
// the places whose name holds it, such as `git/` or `raw-route`.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'hosts/server/src/leak-matrix/mutate/', '--disable-console-intercept'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, SEXTANT_MUTATE_WALL: process.argv[2] ?? '1' } },
);
process.exitCode = status ?? 1;
