import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../hosts/cli/dist/main.js', import.meta.url));
const READY_WITHIN = 120_000;

/** A real Sextant on a free port over repositories made for it. Dispose it to stop and remove all. */
export async function startServer(repositories) {
  const root = mkdtempSync(join(tmpdir(), 'sextant-src-'));
  chmodSync(root, 0o711);
  const folder = join(root, 'repositories');
  const heads = Object.fromEntries(
    Object.entries(repositories).map(([name, commits]) => [name, makeRepository(join(folder, name), commits)]),
  );
  const dataDir = join(root, 'data');
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', String(port), '--data-dir', dataDir, '--log-level', 'error', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: root,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  const dispose = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(20_000, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await ended;
    rmSync(root, { recursive: true, force: true });
  };
  try {
    await until(async () => (await fetch(`${url}/readyz`)).ok, child);
    const token = execFileSync(process.execPath, [MAIN, 'token', 'create', '--data-dir', dataDir], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { url, token: token.trim().split('\n').at(-1), heads, folder, dispose, until: (check) => until(check, child) };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function until(check, child) {
  for (const end = Date.now() + READY_WITHIN; ; await sleep(100)) {
    if (
      await Promise.resolve()
        .then(check)
        .catch(() => false)
    )
      return;
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    if (Date.now() > end) throw new Error('the server was not ready in time');
  }
}

function makeRepository(path, commits) {
  mkdirSync(path, { recursive: true });
  const git = (...args) =>
    execFileSync('git', ['-C', path, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main');
  for (const { message, files } of commits) {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), content);
    }
    git('add', '-A');
    git('commit', '-q', '-m', message);
  }
  return git('rev-parse', 'HEAD');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
