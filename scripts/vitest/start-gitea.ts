import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const READY_WITHIN = 60_000;

/**
 * For a run that names a binary of Gitea (SEXTANT_TEST_GITEA_BINARY) and no server: starts one in a temporary folder, with an administrator, and hands its address
 * and a token of all scopes to the tests, as SEXTANT_TEST_GITEA_URL and _TOKEN. SEXTANT_TEST_GITEA_STATIC is the folder of its templates, for a binary
 * that was built without them.
 */
export default async function startGitea(): Promise<(() => Promise<void>) | undefined> {
  const { SEXTANT_TEST_GITEA_BINARY: binary, SEXTANT_TEST_GITEA_STATIC: templates, SEXTANT_TEST_GITEA_URL: given } = process.env;
  if (!binary || given) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sextant-gitea-'));
  const settings = join(folder, 'app.ini');
  const url = `http://127.0.0.1:${await freePort()}/`;
  /** The last line of what it says: to root it says a warning first. */
  const run = (...args: readonly string[]): string =>
    execFileSync(binary, [...args, '--config', settings], { cwd: folder, env: environment(folder), encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1) ?? '';
  const secret = (name: string): string => execFileSync(binary, ['generate', 'secret', name], { encoding: 'utf8' }).trim();
  writeFileSync(
    settings,
    settingsOf({ folder, url, templates, key: secret('SECRET_KEY'), internal: secret('INTERNAL_TOKEN'), jwt: secret('JWT_SECRET') }),
  );
  const server = spawn(binary, ['web', '--config', settings], { cwd: folder, env: environment(folder), stdio: 'ignore' });
  try {
    await answering(server, `${url}api/healthz`);
    run(
      'admin',
      'user',
      'create',
      '--admin',
      '--username',
      'root1',
      '--random-password',
      '--email',
      'root1@example.com',
      '--must-change-password=false',
    );
    process.env.SEXTANT_TEST_GITEA_TOKEN = run('admin', 'user', 'generate-access-token', '--username', 'root1', '--scopes', 'all', '--raw');
    process.env.SEXTANT_TEST_GITEA_URL = url;
  } catch (error) {
    await end(server, folder);
    throw error;
  }
  return () => end(server, folder);
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + READY_WITHIN;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`Gitea ended with ${server.exitCode} as it began`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > until) throw new Error('Gitea does not answer');
    await setTimeout(100);
  }
}

async function end(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}

const environment = (folder: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: folder,
  USER: userInfo().username,
  GITEA_WORK_DIR: folder,
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

interface Settings {
  readonly folder: string;
  readonly url: string;
  readonly templates: string | undefined;
  readonly key: string;
  readonly internal: string;
  readonly jwt: string;
}

/** Pages of two, and webhooks to this machine, as the tests need them. */
const settingsOf = ({ folder, url, templates, key, internal, jwt }: Settings): string => `
RUN_USER = ${userInfo().username}
RUN_MODE = prod
WORK_PATH = ${folder}
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = ${process.getuid?.() === 0}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${new URL(url).port}
ROOT_URL = ${url}
DISABLE_SSH = true
OFFLINE_MODE = true
${templates ? `STATIC_ROOT_PATH = ${templates}` : ''}
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'gitea.db')}
[security]
INSTALL_LOCK = true
SECRET_KEY = ${key}
INTERNAL_TOKEN = ${internal}
[oauth2]
JWT_SECRET = ${jwt}
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = loopback
[api]
MAX_RESPONSE_ITEMS = 2
[log]
MODE = file
LEVEL = Warn
[cron]
ENABLED = false
`;
