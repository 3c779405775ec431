import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

// An author on a machine of their own: the program, the packed packages, and nothing of this checkout's node_modules.
const root = join(import.meta.dirname, '..', '..', '..');
const program = join(root, 'hosts', 'cli', 'dist', 'main.js');
const run = promisify(execFile);
/** What the run of tests around this one has set would be help that an author does not have. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:SEXTANT_|VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name)),
);

let folder: string;
let plugin: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-new-'));
  plugin = join(folder, 'note-keeper');
  await run(process.execPath, [program, 'plugin', 'new', 'note-keeper', '--folder', plugin], { env });
  await run(process.execPath, [join(root, 'scripts', 'pack.mjs'), '--to', join(folder, 'packages')], { env });
  const packages = readdirSync(join(folder, 'packages')).map((name) => join(folder, 'packages', name));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...packages], { cwd: plugin, env });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('builds and passes its own test, and leaves no database behind', async () => {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  chmodSync(temporary, 0o711); // Started as root, the database runs as another account, which has to reach it.
  chmodSync(folder, 0o711);
  const { stdout } = await run('npm', ['test'], { cwd: plugin, env: { ...env, TMPDIR: temporary } });
  expect(stdout).toContain('1 passed');
  expect(readdirSync(temporary).filter((name) => name.startsWith('sextant-'))).toEqual([]);
});

it('runs in a Sextant that is started with its configuration', async () => {
  const server = spawn(
    process.execPath,
    [program, 'serve', '--port', '0', '--data-dir', join(folder, 'data'), '--config', join(plugin, 'sextant.config.yaml')],
    { cwd: plugin, env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const url = await readyAt(server.stdout);
    const graphql = async (query: string): Promise<unknown> => {
      const response = await fetch(`${url}/.api/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.json();
    };
    expect(await graphql('mutation { noteKeeperNote(text: "there") }')).toEqual({ data: { noteKeeperNote: expect.any(String) } });
    await expect.poll(() => graphql('{ noteKeeperNotes }'), { timeout: 20_000 }).toEqual({ data: { noteKeeperNotes: ['Hello: there'] } });
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  }
});

async function readyAt(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const url = /ready at (\S+)/.exec(text)?.[1];
    if (url) return url;
  }
  throw new Error(`Sextant ended before it was ready: ${text}`);
}
