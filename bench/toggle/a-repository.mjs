import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One small repository in a folder of its own. */
export function aRepository(root) {
  const folder = join(root, 'one');
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 50; i++) writeFileSync(join(folder, `file-${i}.ts`), `export const needle${i} = ${i};\n`.repeat(20));
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], { cwd: folder, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'Begin');
}
