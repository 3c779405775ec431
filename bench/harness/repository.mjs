import { execFileSync } from 'node:child_process';

/** Makes a git repository of a folder's files as they are, ignored ones too. */
export function commitFolder(folder) {
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    });
  git('init', '-q', '-b', 'main');
  git('add', '-f', '-A');
  git('commit', '-q', '-m', 'Import');
}
