import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin, type Manifest } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover } from './discover.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'discover-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MANIFEST = { version: '1.0.0', title: 'x', summary: 'x', engines: { kernel: '^1.0.0' }, toggle: 'default-on', parts: {} };

/** A plugin whose front door is this text. */
function aFolder(name: string, text: string | undefined, packageJson = '{ "type": "module", "exports": "./index.js" }'): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'package.json'), packageJson);
  if (text !== undefined) writeFileSync(join(folder, name, 'index.js'), text);
}

const found = (builtin: readonly Manifest[] = []) => discover({ builtin, packages: [], folders: ['.'], from: folder });
const manifest = (fields: object): string => `export default ${JSON.stringify({ ...MANIFEST, ...fields })};`;

describe('discover', () => {
  it.each<[string, string | undefined, string | undefined, string]>([
    ['throws', `throw new Error('no luck');`, undefined, 'no luck'],
    ['is not there', undefined, undefined, 'build the plugin'],
    ['exports nothing', 'export const x = 1;', undefined, 'export default definePlugin'],
    ['has a wrong field', manifest({ id: 'broken', toggle: 'on' }), undefined, 'toggle "on"'],
    ['has a configuration that is no schema', manifest({ id: 'broken', config: { n: 'number' } }), undefined, 'config is not a schema'],
    [
      'has a part that is not loaded by a function',
      manifest({ id: 'broken', parts: { api: {} } }),
      undefined,
      'parts.api is not a function',
    ],
    ['stands in a package that is not JSON', '', '{', 'JSON'],
  ])('shows a plugin whose manifest %s, and reads the others', async (_what, text, packageJson, why) => {
    aFolder('calm', manifest({ id: 'calm' }));
    aFolder('My_Broken Plugin', text, packageJson);
    const [calm, broken] = await found();
    expect([calm?.manifest.id, calm?.problem]).toEqual(['calm', undefined]);
    expect(broken?.manifest.id).toBe('my-broken-plugin');
    expect(broken?.problem).toMatchObject({
      code: 'SEXTANT_PLUGIN_MANIFEST',
      what: expect.stringContaining(join(folder, 'My_Broken Plugin')),
    });
    expect(broken?.problem?.why).toContain(why);
  });

  it('gives one that it cannot read no name that another has', async () => {
    aFolder('search', 'throw new Error();');
    const search = definePlugin({ ...MANIFEST, id: 'search' } as Manifest);
    const plugins = await found([search]);
    expect(plugins.map((plugin) => [plugin.manifest.id, plugin.problem !== undefined])).toEqual([
      ['search', false],
      ['search-2', true],
    ]);
  });

  it('finds packages beside the configuration file and above it', async () => {
    aFolder('node_modules/near', manifest({ id: 'near' }));
    aFolder('site/node_modules/@team/nearer', manifest({ id: 'nearer' }));
    const plugins = await discover({ builtin: [], packages: ['near', '@team/nearer'], folders: [], from: join(folder, 'site') });
    expect(plugins.map((plugin) => [plugin.manifest.id, plugin.problem])).toEqual([
      ['near', undefined],
      ['nearer', undefined],
    ]);
  });

  it('says of a package whether it is not installed, or was packed without what is built', async () => {
    aFolder('node_modules/hollow', undefined);
    const plugins = await discover({ builtin: [], packages: ['hollow', 'nowhere'], folders: [], from: folder });
    expect(plugins.map(({ problem }) => problem?.why)).toEqual([
      'Its entry ./index.js does not exist: build the plugin, and pack what is built.',
      `It is not installed: ${folder} and the folders above it have none of this name in node_modules.`,
    ]);
  });

  it('looks for nothing in the working folder where no configuration file was named', async () => {
    aFolder('node_modules/near', manifest({ id: 'near' }));
    const { cwd } = process;
    process.cwd = () => folder;
    try {
      const [near] = await discover({ builtin: [], packages: ['near'], folders: [], from: undefined });
      expect(near?.problem?.why).toContain('not installed with this program');
      const relative = discover({ builtin: [], packages: [], folders: ['node_modules'], from: undefined });
      await expect(relative).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_MANIFEST', fix: expect.stringContaining('absolute path') });
    } finally {
      process.cwd = cwd;
    }
  });

  it('refuses a folder without a plugin', async () => {
    await expect(found()).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_MANIFEST', why: expect.stringContaining('no package.json') });
  });
});
