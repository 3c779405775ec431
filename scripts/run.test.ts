import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// A toy checkout with the real bootstrap, and with an npm and a compiler that only note that they were called.
const FAKE_NPM = `
import { appendFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
appendFileSync('calls', 'npm ' + process.argv.slice(2).join(' ') + '\\n');
while (process.env.TOY_INSTALL_AWAITS && !existsSync(process.env.TOY_INSTALL_AWAITS)) await new Promise((done) => setTimeout(done, 10));
if (process.env.TOY_INSTALL_FAILS) process.exit(3);
mkdirSync('node_modules', { recursive: true });
cpSync('package-lock.json', 'node_modules/.package-lock.json');
cpSync('toy-tsc', 'node_modules/@typescript/native/bin/tsc');
console.log('npm says something');
`;
const FAKE_TSC = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync('calls', 'tsc\\n');
console.log('the compiler says something');
if (process.env.TOY_BUILD_FAILS) process.exit(2);
mkdirSync('hosts/cli/dist', { recursive: true });
writeFileSync('hosts/cli/dist/.tsbuildinfo', '');
`;
const FAKE_HOST = `
import { writeFileSync } from 'node:fs';
const [verb, how, file] = process.argv.slice(2);
if (how === 'exit') process.exit(Number(file));
if (how === 'die') process.kill(process.pid, file);
if (how === 'wait') {
  process.on('SIGTERM', () => { writeFileSync(file, 'SIGTERM'); process.exit(5); });
  process.on('disconnect', () => { writeFileSync(file, 'disconnect'); process.exit(0); });
  setInterval(() => {}, 1000);
}
console.log(JSON.stringify({ verb, how, cwd: process.cwd(), version: process.versions.node }));
`;

let root: string;
const children: ChildProcess[] = [];

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'bootstrap-')));
  cpSync(join(import.meta.dirname, 'run.mjs'), join(root, 'scripts', 'run.mjs'));
  cpSync(join(import.meta.dirname, 'bootstrap'), join(root, 'scripts', 'bootstrap'), { recursive: true });
  put('package.json', '{ "type": "module" }');
  put('npm/npm-cli.js', FAKE_NPM);
  put('toy-tsc', FAKE_TSC);
  put('tsconfig.json', '{ "files": [], "references": [{ "path": "hosts/cli" }] }');
  put('hosts/cli/src/main.ts', '// source');
  put('hosts/cli/src/schema.graphql', 'type Query { a: Int }');
  put('hosts/cli/dist/main.js', FAKE_HOST);
  lockFile({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const lockFile = (packages: object) => put('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }));

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(args: string[], env: Record<string, string> = {}): { child: ChildProcess; outcome: Promise<Outcome> } {
  const { NODE_OPTIONS: _, INIT_CWD: __, npm_package_json: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), ...args], {
    cwd: root,
    env: { ...inherited, npm_execpath: join(root, 'npm', 'npm-cli.js'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk) => {
      text[name] += chunk;
    });
  return { child, outcome: new Promise((done) => child.once('close', (code, signal) => done({ code, signal, ...text }))) };
}

const run = (args: string[], env?: Record<string, string>): Promise<Outcome> => launch(args, env).outcome;
const calls = () => (existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') : []);
const called = (what: string) => calls().filter((call) => call.startsWith(what)).length;

describe('start', () => {
  it('installs and builds first, keeps stdout for the program, and does neither again', async () => {
    const first = await run(['start', 'one']);
    expect(first.stderr).toMatch(/Installing packages \(first start, about 30 s\)…[\s\S]*Installed in [\s\S]*Building…[\s\S]*Built in/);
    expect(
      first.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ verb: 'serve', how: 'one', cwd: root, version: process.versions.node }]);
    expect(calls()[0]).toContain('npm ci --ignore-scripts --include=optional --include=dev');
    const second = await run(['start', 'two']);
    expect([called('npm'), called('tsc'), second.stderr]).toEqual([1, 1, '']);
  });

  it('installs once and builds once when two start at the same moment', async () => {
    const goOn = join(root, 'go-on');
    const started = ['one', 'two'].map((name) => launch(['start', name], { TOY_INSTALL_AWAITS: goOn }));
    // Only one of them says so; the other installs until it may go on.
    const waiting = started.map(
      ({ child }) => new Promise<void>((done) => child.stderr?.on('data', (chunk) => /Waiting for process/.test(String(chunk)) && done())),
    );
    await Promise.race(waiting);
    writeFileSync(goOn, '');
    const both = await Promise.all(started.map(({ outcome }) => outcome));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect([called('npm'), called('tsc')]).toEqual([1, 1]);
    expect(both.map(({ stderr }) => stderr).join()).toMatch(/Waiting for process \d+, which installs packages…/);
  });

  it('runs in the folder where npm was called', async () => {
    const elsewhere = realpathSync(tmpdir());
    const { stdout } = await run(['start', 'x'], { INIT_CWD: elsewhere, npm_package_json: join(root, 'package.json') });
    expect(JSON.parse(stdout)).toMatchObject({ cwd: elsewhere });
  });

  it('ends an install at once when it is interrupted, says so, and begins anew the next time', async () => {
    const { child, outcome } = launch(['start', 'one'], { TOY_INSTALL_AWAITS: join(root, 'never') });
    await expect.poll(() => called('npm')).toBe(1);
    child.kill('SIGINT');
    const { code, stderr } = await outcome;
    expect(code).toBe(130);
    expect(stderr).toContain('Installing packages was interrupted. The next start begins it anew.');
    expect(await run(['start', 'two'])).toMatchObject({ code: 0 });
    expect(called('npm')).toBe(2);
  });

  it('ends with the code of the program', async () => {
    expect(await run(['start', 'exit', '7'])).toMatchObject({ code: 7 });
  });

  it('ends by the signal that ended the program', async () => {
    expect(await run(['start', 'die', 'SIGTERM'])).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('passes SIGTERM on and waits for the program to end', async () => {
    const note = join(root, 'note');
    const { child, outcome } = launch(['start', 'wait', note]);
    await new Promise((done) => child.stdout?.once('data', done));
    child.kill('SIGTERM');
    expect(await outcome).toMatchObject({ code: 5 });
    expect(readFileSync(note, 'utf8')).toBe('SIGTERM');
  });

  it('lets the program know when the bootstrap is killed', async () => {
    const note = join(root, 'note');
    const { child } = launch(['start', 'wait', note]);
    await new Promise((done) => child.stdout?.once('data', done));
    child.kill('SIGKILL');
    await expect.poll(() => existsSync(note) && readFileSync(note, 'utf8')).toBe('disconnect');
  });
});

describe('install', () => {
  beforeEach(() => run(['build']));

  it('happens again when the lock file asks for another version', async () => {
    lockFile({ 'node_modules/a': { version: '1.0.1', integrity: 'sha512-b' } });
    expect((await run(['build'])).stderr).toContain('Installing packages (node_modules/a has changed)');
  });

  it('does not miss packages of other platforms, optional ones of none, nor ones that nobody wants', async () => {
    lockFile({
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/b': { version: '1.0.0', integrity: 'sha512-b', optional: true, os: 'plan9' },
      'node_modules/c': { version: '1.0.0', integrity: 'sha512-c', optional: true, os: [process.platform], cpu: ['vax'] },
      'node_modules/d': { version: '1.0.0', integrity: 'sha512-d', optional: true },
      'node_modules/e': { version: '1.0.0', integrity: 'sha512-e', extraneous: true },
    });
    await run(['build']);
    expect(called('npm')).toBe(1);
  });

  it('happens when an optional package of this platform is missing', async () => {
    lockFile({
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/b': { version: '1.0.0', integrity: 'sha512-b', optional: true, os: [process.platform], cpu: process.arch },
    });
    await run(['build']);
    expect(called('npm')).toBe(2);
  });

  it('happens again after one that was cut short', async () => {
    rmSync(join(root, 'node_modules', '.package-lock.json'));
    await run(['build']);
    expect(called('npm')).toBe(2);
  });

  it('takes the lock of a process that died', async () => {
    rmSync(join(root, 'node_modules', '.package-lock.json'));
    writeFileSync(join(root, '.install.lock'), `${spawnSync('true').pid} 1\n`);
    expect(await run(['build'])).toMatchObject({ code: 0 });
    expect(existsSync(join(root, '.install.lock'))).toBe(false);
  });

  it('ends with the code of npm when it fails, and gives its lock up', async () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(await run(['build'], { TOY_INSTALL_FAILS: '1' })).toMatchObject({ code: 3, stdout: '' });
    expect(existsSync(join(root, '.install.lock'))).toBe(false);
  });
});

describe('build', () => {
  beforeEach(() => run(['build']));

  it('happens again when a source, a schema or a tsconfig changes', async () => {
    for (const path of ['hosts/cli/src/main.ts', 'hosts/cli/src/schema.graphql', 'hosts/cli/tsconfig.json', 'hosts/cli/src/new.ts']) {
      const before = called('tsc');
      appendFileSync(join(root, path), ' ');
      await run(['build']);
      expect([path, called('tsc')]).toEqual([path, before + 1]);
    }
  });

  it('does not happen again for a test or a text', async () => {
    put('hosts/cli/src/main.test.ts', '');
    put('hosts/cli/README.md', '');
    await run(['build']);
    expect(called('tsc')).toBe(1);
  });

  it('happens again when what was built is gone', async () => {
    rmSync(join(root, 'hosts', 'cli', 'dist'), { recursive: true });
    await run(['build']);
    expect(called('tsc')).toBe(2);
  });

  it('puts what is not compiled beside what is', () => {
    expect(readFileSync(join(root, 'hosts', 'cli', 'dist', 'schema.graphql'), 'utf8')).toBe('type Query { a: Int }');
  });

  it('removes what was compiled from a source that is gone, and nothing else', async () => {
    for (const name of [
      'main.js.map',
      'gone.js',
      'gone.js.map',
      'gone.d.ts',
      'gone.d.ts.map',
      'sub/gone.js',
      'sub/gone.js.map',
      'by-hand.js',
    ]) {
      put(`hosts/cli/dist/${name}`, '');
    }
    appendFileSync(join(root, 'hosts', 'cli', 'src', 'main.ts'), ' ');
    await run(['build']);
    expect(readdirSync(join(root, 'hosts', 'cli', 'dist')).sort()).toEqual([
      '.tsbuildinfo',
      'by-hand.js',
      'main.js',
      'main.js.map',
      'schema.graphql',
      'sub',
    ]);
    expect(readdirSync(join(root, 'hosts', 'cli', 'dist', 'sub'))).toEqual([]);
  });

  it('is tried again after it failed, and shows the compiler on stderr', async () => {
    appendFileSync(join(root, 'hosts', 'cli', 'src', 'main.ts'), ' ');
    const failed = await run(['start', 'x'], { TOY_BUILD_FAILS: '1' });
    expect(failed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('the compiler says something') });
    expect((await run(['start', 'x'])).stdout).toContain('serve');
  });
});

describe('verbs', () => {
  it.each([[[]], [['nonsense']], [['exec']], [['toString']]])('says how it is used for %j', async (args) => {
    expect(await run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: node scripts/run.mjs') });
  });

  it('runs tools with the chosen Node and the installed versions first in the path', async () => {
    await run(['build']);
    const { stdout } = await run(['exec', 'node', '-p', 'process.execPath + process.env.PATH']);
    expect(stdout).toContain(join(root, 'node_modules', '.bin'));
    expect(stdout.startsWith(process.execPath)).toBe(true);
  });

  it('names the program that is not there', async () => {
    await run(['build']);
    expect(await run(['exec', 'no-such-tool'])).toMatchObject({
      code: 127,
      stderr: 'Cannot run "no-such-tool": there is no such program.\n',
    });
  });

  it('says what is needed when SEXTANT_NODE does not run', async () => {
    await run(['build']);
    expect(await run(['build'], { SEXTANT_NODE: '/nonexistent/node' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('SEXTANT_NODE is /nonexistent/node'),
    });
  });
});
