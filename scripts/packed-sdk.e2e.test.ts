import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// An author who has never seen this repository: an empty project, the packed SDK, and a plugin.
const root = join(import.meta.dirname, '..');
const PLUGIN = `
import { definePart, definePlugin, duration, serviceToken, z } from '@sextant/sdk';

export interface Greeter { greet(name: string): Promise<string> }
export const greeter = serviceToken<Greeter>('hello.greeter@1');
export const config = z.object({ word: z.string().default('Hello'), every: duration().prefault('1h') });

export const part = definePart(config)({
  deps: {},
  register(r) {
    r.provide(greeter, (_deps, ctx) => ({ greet: async (name) => \`\${ctx.config.get().word}, \${name}\` }));
  },
});

export default definePlugin({
  id: 'hello', version: '1.0.0', title: 'Hello', summary: 'Greets.', engines: { kernel: '^1.0.0' }, toggle: 'default-on', config,
  parts: { api: async () => ({ default: part }) },
});
`;
const PROGRAM = `
import manifest, { config, greeter, part } from './plugin.js';
const made = new Map();
part.register({ provide: (token, make) => made.set(token.key, make({}, { config: { get: () => config.parse({}) } })) });
console.log(manifest.id, await made.get(greeter.key).greet('world'));
`;

const run = promisify(execFile);
let project: string;

function put(name: string, text: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true });
  writeFileSync(join(project, name), text);
}

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'packed-sdk-'));
  await run(process.execPath, [join(root, 'scripts', 'pack.mjs'), '--to', join(project, 'packages'), 'sdk']);
  const tarball = readdirSync(join(project, 'packages')).find((name) => name.startsWith('sextant-sdk-'));
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  put(
    'package.json',
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: { '@sextant/sdk': `file:packages/${tarball}`, zod: '^4.6.7' },
      devDependencies: { '@types/node': devDependencies['@types/node'] },
    }),
  );
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    types: ['node'],
    skipLibCheck: false,
    outDir: 'built',
    rootDir: '.',
  };
  put('tsconfig.json', JSON.stringify({ compilerOptions, files: ['plugin.ts'] }));
  put('plugin.ts', PLUGIN);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: project });
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packed SDK in an empty project', () => {
  it('installs neither the kernel nor what is behind it', () => {
    const installed = readdirSync(join(project, 'node_modules'));
    expect(installed.filter((name) => ['inversify', 'koa', 'graphql-modules', 'typeorm', 'graphql', 'pg'].includes(name))).toEqual([]);
    expect(readdirSync(join(project, 'node_modules', '@sextant'))).toEqual(['sdk']);
  });

  it('type-checks a plugin, its own declarations included, and the plugin runs', async () => {
    const { stdout: complaints } = await run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'], { cwd: project }).catch(
      (error) => error,
    );
    expect(complaints).toBe('');
    put('built/program.js', PROGRAM);
    expect((await run(process.execPath, ['built/program.js'], { cwd: project })).stdout).toBe('hello Hello, world\n');
  });

  it('refuses a plugin that is typed wrongly', async () => {
    put('wrong.ts', PLUGIN.replace("id: 'hello'", 'id: 7'));
    await expect(
      run(join(root, 'node_modules', '.bin', 'tsc'), ['--noEmit', '--ignoreConfig', '--module', 'nodenext', '--strict', 'wrong.ts'], {
        cwd: project,
      }),
    ).rejects.toMatchObject({
      stdout: expect.stringContaining('wrong.ts'),
    });
  });
});
