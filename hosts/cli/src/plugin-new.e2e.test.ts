import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// An author on a machine of their own: the program, the packed packages, and nothing of this checkout's node_modules.
const root = join(import.meta.dirname, '..', '..', '..');
const program = join(root, 'hosts', 'cli', 'dist', 'main.js');
const run = promisify(execFile);
/** What the run of tests around this one has set would be help that an author does not have. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:SEXTANT_|VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name)),
);

const folder = mkdtempSync(join(tmpdir(), 'plugin-new-'));
chmodSync(folder, 0o711); // Started as root, the database runs as another account, which has to reach what is below.
const packages = join(folder, 'packages');
const FOR_ALL = ['sdk', 'config', 'kernel'];
beforeAll(async () => {
  await run(process.execPath, [join(root, 'scripts', 'pack.mjs'), '--to', packages, ...FOR_ALL, 'plugins/code-host'], { env });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a plugin and installs what it needs. */
async function made(id: string, options: readonly string[], needs: (packed: string) => boolean): Promise<string> {
  const plugin = join(folder, id);
  await run(process.execPath, [program, 'plugin', 'new', id, '--folder', plugin, ...options], { env });
  const files = readdirSync(packages)
    .filter(needs)
    .map((name) => join(packages, name));
  await run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...files], {
    cwd: plugin,
    env,
  });
  return plugin;
}

/** Builds a plugin and runs its own tests, which leave no database behind. */
async function tested(plugin: string): Promise<string> {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  chmodSync(temporary, 0o711);
  const { stdout } = await run('npm', ['test'], { cwd: plugin, env: { ...env, TMPDIR: temporary } });
  expect(readdirSync(temporary).filter((name) => name.startsWith('sextant-'))).toEqual([]);
  return stdout;
}

/** Answers of GraphQL from a Sextant that is started with the plugin's configuration. */
async function served(plugin: string, work: (graphql: (query: string) => Promise<unknown>) => Promise<void>): Promise<void> {
  const server = spawn(
    process.execPath,
    [program, 'serve', '--port', '0', '--data-dir', mkdtempSync(join(folder, 'data-')), '--config', join(plugin, 'sextant.config.yaml')],
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
    await work(graphql);
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

describe('a plugin of notes', () => {
  let plugin: string;
  beforeAll(async () => {
    plugin = await made('note-keeper', [], (packed) => FOR_ALL.some((name) => packed.startsWith(`sextant-${name}-`)));
  });

  it('builds and passes its own test', async () => {
    expect(await tested(plugin)).toContain('1 passed');
  });

  it('packs what is loaded of it, and depends on nothing of this machine', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--silent'], { cwd: plugin, env });
    const packed = z
      .array(z.object({ files: z.array(z.object({ path: z.string() })) }))
      .parse(JSON.parse(stdout.slice(stdout.indexOf('['))));
    const paths = packed.flatMap(({ files }) => files.map(({ path }) => path));
    expect(paths).toContain('dist/part.js');
    expect(paths.filter((path) => path.includes('.test.'))).toEqual([]);
    expect(readFileSync(join(plugin, 'package.json'), 'utf8')).not.toContain('file:');
  });

  it('runs in a Sextant that is started with its configuration', () =>
    served(plugin, async (graphql) => {
      expect(await graphql('mutation { noteKeeperNote(text: "there") }')).toEqual({ data: { noteKeeperNote: expect.any(String) } });
      await expect.poll(() => graphql('{ noteKeeperNotes }'), { timeout: 20_000 }).toEqual({ data: { noteKeeperNotes: ['Hello: there'] } });
    }));
});

describe('a kind of code host', () => {
  let plugin: string;
  beforeAll(async () => {
    plugin = await made('my-forge', ['--template', 'code-host'], () => true);
  });

  it('is short, builds, and passes the contract of all kinds and its own test', async () => {
    const lines = readFileSync(join(plugin, 'src', 'kind.ts'), 'utf8').split('\n').length;
    expect(lines).toBeLessThan(60);
    const output = await tested(plugin);
    const [, passed = '0'] = /Tests .*?(\d+) passed/.exec(output) ?? [];
    expect(Number(passed)).toBeGreaterThan(90);
    expect(output).not.toMatch(/\d+ (?:failed|skipped)/);
  });

  it('is a kind like any other in a Sextant that is started with its configuration', () =>
    served(plugin, async (graphql) => {
      const connection = { url: 'http://127.0.0.1:1', token: 'hunter2-canary' };
      const answer = await graphql(
        `mutation { addExternalService(input: { kind: MYFORGE, displayName: "Ours", config: ${JSON.stringify(JSON.stringify(connection))} }) { kind config } }`,
      );
      expect(answer).toEqual({
        data: { addExternalService: { kind: 'MYFORGE', config: JSON.stringify({ ...connection, token: 'REDACTED' }) } },
      });
    }));
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
