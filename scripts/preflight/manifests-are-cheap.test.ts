import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const HEAVY = ['typeorm', 'koa', 'graphql', 'graphql-modules', 'inversify', 'pg'];

/** The packages that importing a file loads, with the URLs of what is no package. */
function loads(file: string): { packages: string[]; urls: string[] } {
  const printer = join(import.meta.dirname, 'print-loaded.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [printer, file], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const urls = JSON.parse(stdout) as string[];
  const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return { packages: [...new Set(packages)], urls };
}

describe('importing a manifest', () => {
  const plugins = readdirSync(join(root, 'plugins'));

  it.each(plugins)('of %s loads no framework', (id) => {
    const manifest = join(root, 'plugins', id, 'dist', 'manifest.js');
    const { packages, urls } = loads(manifest);
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([]);
    // A probe that saw nothing would pass on anything: every manifest needs zod and the SDK.
    expect(packages).toContain('zod');
    expect(urls.some((url) => url.endsWith('/sdk/dist/index.js'))).toBe(true);
    expect(urls.filter((url) => url.includes('/dist/parts/'))).toEqual([]);
  });

  it('would be seen loading one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'preflight-'));
    try {
      const file = join(folder, 'manifest.mjs');
      const heavy = [join('kernel', 'dist', 'index.js'), join('sdk', 'dist', 'storage', 'index.js')];
      writeFileSync(file, heavy.map((path) => `import ${JSON.stringify(join(root, path))};`).join('\n'));
      expect(loads(file).packages).toEqual(expect.arrayContaining(HEAVY));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
