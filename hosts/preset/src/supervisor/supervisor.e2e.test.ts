import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A real installation with a plugin that runs away. The tests go on from each other.
const hosts = join(import.meta.dirname, '..', '..', '..');
const eventually = { timeout: 150_000, interval: 100 };
let folder: string;
let port: number;
let supervisor: ChildProcess;
let said = '';

interface Status {
  readonly id: string;
  readonly state: string;
  readonly phase: string | null;
  readonly code: string | null;
  readonly reason: string | null;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-runaway-'));
  chmodSync(folder, 0o711);
  port = await freePort();
  const config = {
    pluginPaths: [join(hosts, 'preset', 'src', 'testing', 'plugin-runaway')],
    runaway: { loop: '1s', memory: '200MiB' },
    http: { port },
    dataDir: join(folder, 'data'),
  };
  writeFileSync(join(folder, 'sextant.config.json'), JSON.stringify(config));
  supervisor = spawn(process.execPath, [join(hosts, 'cli', 'dist', 'main.js'), 'serve', '--config', join(folder, 'sextant.config.json')], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, SEXTANT__LOG__FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [supervisor.stdout, supervisor.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
});
afterAll(async () => {
  if (supervisor.exitCode === null) {
    supervisor.kill('SIGTERM');
    await once(supervisor, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function graphql(query: string): Promise<{ readonly data?: Record<string, unknown> }> {
  const response = await fetch(`http://127.0.0.1:${port}/.api/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data?: Record<string, unknown> };
}

/** How the plugin stands; undefined while nobody answers. */
async function runaway(): Promise<Status | undefined> {
  try {
    const { data } = await graphql('{ plugins { id state phase code reason } }');
    return (data?.plugins as Status[] | undefined)?.find(({ id }) => id === 'runaway');
  } catch {
    return undefined;
  }
}

const ask = (how: string): Promise<number | undefined> =>
  fetch(`http://127.0.0.1:${port}/.api/runaway/${how}`).then(
    ({ status }) => status,
    () => undefined,
  );

async function enable(): Promise<void> {
  await graphql('mutation { enablePlugin(id: "runaway") { id } }');
  expect(await runaway()).toMatchObject({ state: 'ACTIVE' });
  expect(await ask('still')).toBe(204);
}

describe('a process under a supervisor', () => {
  it('starts with all plugins', async () => {
    await expect.poll(() => runaway(), eventually).toMatchObject({ state: 'ACTIVE' });
  }, 90_000);

  it.each([
    ['loop', /kept the event loop/],
    ['loop-later', /route "GET \/\.api\/runaway\/:how" kept the event loop/],
    ['regexp', /kept the event loop/],
    ['memory', /MiB of memory/],
    ['leak', /held by the plugin "runaway"/],
  ])(
    'is started again without the plugin that did this: %s',
    async (how, words) => {
      expect(await ask(how)).toBe(how === 'leak' ? 204 : undefined);
      await expect.poll(() => runaway(), eventually).toMatchObject({ state: 'FAILED', phase: 'run', code: 'SEXTANT_PLUGIN_RUNAWAY' });
      expect((await runaway())?.reason).toMatch(words);
      expect(await ask('still')).toBe(404);
      await enable();
    },
    180_000,
  );

  it('goes on when a plugin asks it to exit', async () => {
    expect([await ask('exit'), await ask('still')]).toEqual([500, 204]);
    expect(said).toContain('SEXTANT_PLUGIN_EXIT');
    expect(said).not.toContain('ended unasked');
  }, 60_000);

  it('is started again with all plugins when it ended for another reason', async () => {
    expect(await ask('kill')).toBeUndefined();
    await expect.poll(() => runaway(), eventually).toMatchObject({ state: 'ACTIVE' });
    expect(said).toContain('the process ended unasked (SIGKILL); it is started again');
  }, 60_000);

  it('ends when the supervisor is asked to, and both are gone', async () => {
    supervisor.kill('SIGTERM');
    const [code] = await once(supervisor, 'exit');
    expect(code).toBe(0);
    expect(await ask('still')).toBeUndefined();
  }, 30_000);
});
