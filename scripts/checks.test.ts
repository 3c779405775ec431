import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'checks-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** The problems a check finds in the toy tree, one a line. It ends with a code other than 0 exactly when there are some. */
function problems(script: string): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, script), root], { encoding: 'utf8' });
  const lines = stderr.trim().split('\n').filter(Boolean);
  expect({ status, stdout, stderr }).toMatchObject({
    status: lines.length === 0 ? 0 : 1,
    stdout: expect.stringContaining(`${lines.length} problems`),
  });
  return lines;
}

/** Each breaks one rule. They stand in one tree: to read it takes most of a second. */
const BROKEN = [
  ['sdk/src/bad-1.ts', "import '../../kernel/src/index.js';", 'sdk-imports-nothing-of-ours: sdk/src/bad-1.ts → kernel/src/index.ts'],
  [
    'kernel/src/bad-2.ts',
    "import type { x } from '../../hosts/h/src/x.js'; export type X = typeof x;",
    'kernel-imports-sdk-config: kernel/src/bad-2.ts → hosts/h/src/x.ts',
  ],
  [
    'plugins/a/src/bad-3.ts',
    "import '../../../kernel/src/index.js';",
    'plugin-imports-sdk-sdk-tsyringe-sdk-web: plugins/a/src/bad-3.ts → kernel/src/index.ts',
  ],
  ['plugins/a/src/bad-4.ts', "import '../../b/src/inner.js';", 'plugins-meet-at-api: plugins/a/src/bad-4.ts → plugins/b/src/inner.ts'],
  [
    'plugins/a/src/parts/api/bad-5.ts',
    "import '../worker/job.js';",
    'parts-run-apart: plugins/a/src/parts/api/bad-5.ts → plugins/a/src/parts/worker/job.ts',
  ],
  [
    'plugins/a/src/bad-6.ts',
    "import './parts/worker/job.js';",
    'domain-knows-no-part: plugins/a/src/bad-6.ts → plugins/a/src/parts/worker/job.ts',
  ],
  [
    'examples/e/src/bad-7.ts',
    "import '../../../sdk/src/index.js';",
    'examples-use-published-entries: examples/e/src/bad-7.ts → sdk/src/index.ts',
  ],
  ['plugins/a/src/bad-8.ts', "import 'typeorm';", 'framework-behind-the-kernel: plugins/a/src/bad-8.ts → node_modules/typeorm/index.js'],
  ['sdk/src/bad-9.ts', "import 'tsyringe';", 'tsyringe-in-its-own-entry: sdk/src/bad-9.ts → node_modules/tsyringe/index.js'],
  ['sdk/src/bad-10.ts', "import './nowhere.js';", 'resolvable: sdk/src/bad-10.ts → ./nowhere.js'],
] as const;

describe('layer check of imports', () => {
  let found: string[];
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'checks-'));
    put('package.json', '{ "type": "module" }');
    put('sdk/src/index.ts', 'export const sdk = 1;');
    put('kernel/src/index.ts', "export { sdk } from '../../sdk/src/index.js';");
    for (const name of ['typeorm', 'tsyringe']) {
      put(`node_modules/${name}/package.json`, `{ "name": "${name}", "main": "index.js" }`);
      put(`node_modules/${name}/index.js`, '');
    }
    put('hosts/h/src/x.ts', 'export const x = 1;');
    put('plugins/b/src/inner.ts', 'export const inner = 1;');
    put('plugins/a/src/parts/worker/job.ts', 'export const job = 1;');
    for (const [path, text] of BROKEN) put(path, text);
    found = problems('check-layers.mjs');
    rmSync(root, { recursive: true, force: true });
  });

  it.each(BROKEN)('finds in %s: %s', (path, _text, problem) => {
    expect(found.filter((line) => line.includes(`${path} →`))).toEqual([problem]);
  });

  it('finds nothing else in their tree', () => expect(found).toHaveLength(BROKEN.length));
});

describe('layer check', () => {
  beforeEach(() => {
    put('package.json', '{ "type": "module" }');
    put('sdk/src/index.ts', 'export const sdk = 1;');
    put('kernel/src/index.ts', "export { sdk } from '../../sdk/src/index.js';");
  });
  const layers = () => problems('check-layers.mjs');

  it('passes imports that point down', () => {
    put('hosts/server/src/main.ts', "import '../../../kernel/src/index.js';");
    put('plugins/a/src/api.ts', "export { sdk } from '../../../sdk/src/index.js';");
    put('plugins/b/src/parts/api/part.ts', "import type { sdk } from '../../../../a/src/api.js'; export type S = typeof sdk;");
    expect(layers()).toEqual([]);
  });

  it('lets a test, and nothing else, reach the test kernel', () => {
    put('sdk/testing/src/index.ts', 'export const startTestKernel = 1;');
    put('plugins/a/src/x.test.ts', "import '../../../sdk/testing/src/index.js';");
    put('plugins/a/src/y.ts', "import '../../../sdk/testing/src/index.js';");
    expect(layers()).toEqual(['plugin-imports-sdk-sdk-tsyringe-sdk-web: plugins/a/src/y.ts → sdk/testing/src/index.ts']);
  });

  it('finds a cycle, and prints it', () => {
    put('kernel/src/a.ts', "import './b.js'; export const a = 1;");
    put('kernel/src/b.ts', "import './a.js'; export const b = 1;");
    expect(layers().join()).toMatch(/no-cycles: kernel\/src\/a.ts → kernel\/src\/b.ts → kernel\/src\/a.ts/);
  });

  it('finds a cycle of types', () => {
    put('kernel/src/a.ts', "import type { B } from './b.js'; export type A = B | 1;");
    put('kernel/src/b.ts', "import type { A } from './a.js'; export type B = A | 2;");
    expect(layers().join()).toMatch(/no-cycles: kernel\/src\/a.ts → kernel\/src\/b.ts → kernel\/src\/a.ts/);
  });

  it('fails on a file that belongs to no layer', () => {
    put('plugins/loose.ts', 'export {};');
    expect(layers()).toEqual([expect.stringContaining('no-layer: plugins/loose.ts')]);
  });

  it('fails on what the compiler wrote beside its source', () => {
    put('kernel/src/index.js', 'export {};');
    expect(layers()).toEqual([expect.stringContaining('compiled-in-place: kernel/src/index.js')]);
  });

  it('fails on a tree without modules', () => {
    rmSync(join(root, 'sdk'), { recursive: true });
    rmSync(join(root, 'kernel'), { recursive: true });
    expect(layers()).toEqual([expect.stringContaining('empty: 0 modules')]);
  });
});

describe('dependency check', () => {
  const dependencies = (packages: object, policy: object = {}): string[] => {
    put(
      'scripts/dependency-policy.json',
      JSON.stringify({ licenses: ['MIT', 'ISC'], licenseExceptions: {}, installScripts: {}, acceptedAdvisories: [], ...policy }),
    );
    put('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }));
    return problems('check-dependencies.mjs');
  };

  it.each([
    ['MIT', true],
    ['mit', true],
    ['(GPL-3.0-only OR MIT)', true],
    ['MIT AND ISC', true],
    ['MIT AND GPL-3.0-only', false],
    ['(MIT OR ISC) AND GPL-3.0-only', false],
    ['GPL-3.0-only OR MIT AND ISC', true],
    ['UNLICENSED', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['(MIT', false],
    ['', false],
  ])('reads the licence %s', (license, good) => {
    expect(dependencies({ 'node_modules/a': { version: '1.0.0', license } }).length === 0).toBe(good);
  });

  it('finds what declares no licence and what runs a script at install', () => {
    expect(
      dependencies({
        'node_modules/a': { version: '1.0.0' },
        'node_modules/b/node_modules/@x/c': { version: '2.0.0', license: 'MIT', hasInstallScript: true },
      }),
    ).toEqual(['a@1.0.0 declares no licence', '@x/c@2.0.0 has an install script']);
  });

  it('takes what is excepted with its reason, and finds exceptions that nothing needs', () => {
    const policy = { licenseExceptions: { 'a@1.0.0': 'MIT, by its file.', 'gone@1.0.0': 'x' }, installScripts: { '@x/*': 'Known.' } };
    const packages = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/@x/c': { version: '2.0.0', license: 'MIT', hasInstallScript: true },
    };
    expect(dependencies(packages, policy)).toEqual(['dependency-policy.json excepts gone@1.0.0, which is not needed any more']);
  });

  it('finds an accepted advisory whose time is over, or that has no reason', () => {
    const one = { id: 'GHSA-1', package: 'a', reason: 'Not reachable.', until: '2020-01-01' };
    expect(dependencies({}, { acceptedAdvisories: [one, { ...one, id: 'GHSA-2', until: '9999-01-01', reason: '' }] })).toEqual([
      'the advisory GHSA-1 of a was accepted until 2020-01-01: look at it again',
      'the accepted advisory GHSA-2 needs a package, a reason and a date (until)',
    ]);
  });
});

describe('size check', () => {
  beforeEach(() => {
    spawnSync('git', ['init', '-q', root]);
    put('docs/size-allowlist.json', '{}');
    put('a.ts', 'x\n'.repeat(400));
  });
  const sizes = () => problems('check-size.mjs');

  it('passes a file of 400 lines', () => {
    expect(sizes()).toEqual([]);
  });

  it('finds a longer one, unless its reason is written down', () => {
    put('b.ts', 'x\n'.repeat(401));
    expect(sizes()).toEqual(['b.ts has 401 lines: split it, or give the reason in docs/size-allowlist.json']);
    put('docs/size-allowlist.json', '{ "b.ts": "One grammar." }');
    expect(sizes()).toEqual([]);
  });

  it('finds an entry that is not needed any more', () => {
    put('docs/size-allowlist.json', '{ "a.ts": "Was long.", "gone.ts": "Was there." }');
    expect(sizes()).toHaveLength(2);
  });
});

describe('lock file check', () => {
  const lock = (packages: object) => put('package-lock.json', JSON.stringify({ packages }));

  it('passes versions with checksums, and links', () => {
    lock({ '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' }, 'node_modules/b': { resolved: 'b', link: true }, b: {} });
    expect(problems('check-lock.mjs')).toEqual([]);
  });

  it('finds an address and a missing checksum', () => {
    lock({ 'node_modules/a': { version: '1.0.0', resolved: 'https://registry.example/a.tgz' } });
    expect(problems('check-lock.mjs')).toEqual([
      'node_modules/a records the address it was fetched from',
      'node_modules/a has no checksum',
    ]);
  });
});
