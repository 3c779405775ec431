import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

// An author of a kind of code host, outside of this repository: an empty project, what is packed, and the example.
const root = join(import.meta.dirname, '..');
const run = promisify(execFile);
let project: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'packed-code-host-'));
  await run(process.execPath, [join(root, 'scripts', 'pack.mjs'), '--to', join(project, 'packages'), 'kernel', 'plugins/code-host']);
  cpSync(join(root, 'examples', 'plugin-codehost', 'src'), join(project, 'src'), { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { '@types/node': types, vitest } = devDependencies;
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', devDependencies: { '@types/node': types, vitest } }),
  );
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ESNext'],
    module: 'NodeNext',
    strict: true,
    types: ['node'],
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'], exclude: ['src/**/*.int.test.ts'] }));
  const packed = readdirSync(join(project, 'packages')).map((name) => join(project, 'packages', name));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...packed], { cwd: project });
}, 300_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

it('packs the plugin with all that it needs of the workspace', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'plugins', 'code-host', 'package.json'), 'utf8'));
  const needed = Object.keys(dependencies).filter((name) => name.startsWith('@sextant/'));
  const installed = readdirSync(join(project, 'node_modules', '@sextant')).map((name) => `@sextant/${name}`);
  expect(installed).toEqual(expect.arrayContaining([...needed, '@sextant/plugin-code-host']));
});

it('lets the example be type-checked, and pass its contract', async () => {
  const { stdout: complaints } = await run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'], { cwd: project }).catch(
    (error) => error,
  );
  expect(complaints).toBe('');
  const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs');
  await run(process.execPath, [vitest, 'run', 'smithy-kind.test.ts'], { cwd: project, env: { PATH: process.env['PATH'] } });
}, 300_000);
