import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Configuration, type LoadOptions } from './index.js';

const isRoot = process.getuid?.() === 0;
const STRANGER = 65_534;
const plugin = {
  id: 'tool',
  config: z.object({ program: z.string().default('tool').meta({ executes: true }), depth: z.number().default(1) }),
};

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sextant-discovered-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
/** With a mode of its own: the umask of who runs the tests must not decide. */
const write = (name: string, text: string, mode = 0o600): string => {
  writeFileSync(at(name), text);
  chmodSync(at(name), mode);
  return at(name);
};
const load = (options: Partial<LoadOptions> = {}) => Configuration.load({ folder, env: {}, ...options });
const port = async (options?: Partial<LoadOptions>): Promise<number> => (await load(options)).process.http.port;
const FILE = 'sextant.config.yaml';
const untrusted = (why: string) => ({
  code: 'SEXTANT_CONFIG_UNTRUSTED_FILE',
  what: expect.stringContaining(at(FILE)),
  why: expect.stringContaining(why),
  fix: expect.stringContaining('--config'),
});

describe('a file of code in the working folder', () => {
  it.each(['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'])('is not run, and named in the error: .%s', async (ending) => {
    const name = `sextant.config.${ending}`;
    const text = `${ending.startsWith('c') ? 'module.exports =' : 'export default'} (globalThis['${folder} ${ending}'] = { http: { port: 7 } });`;
    const path = write(name, text);
    for (const tolerant of [false, true])
      await expect(load({ tolerant })).rejects.toMatchObject({
        code: 'SEXTANT_CONFIG_CODE_DISCOVERED',
        what: expect.stringContaining(path),
        fix: expect.stringContaining(`--config ${path}`),
      });
    expect(globalThis).not.toHaveProperty([`${folder} ${ending}`]);
    expect(await port({ file: path })).toBe(7);
    expect(await port({ env: { SEXTANT_CONFIG: path } })).toBe(7);
  });

  it('does not matter beside a file of data, and nothing is read where none is wanted', async () => {
    write('sextant.config.js', 'throw new Error();');
    expect(await port({ discovered: null })).toBe(7080);
    write('sextant.config.json', '{"http":{"port":8}}');
    expect(await port()).toBe(8);
  });
});

describe('a file of data in the working folder', () => {
  it('is read where it is our own, by a link of ours too; folders above are not searched', async () => {
    mkdirSync(at('other'));
    write('other/real.yaml', 'http: { port: 9 }');
    expect(await port()).toBe(7080);
    symlinkSync('other/real.yaml', at(FILE));
    expect(await port()).toBe(9);
    expect(await port({ folder: at('other') })).toBe(7080);
  });

  it.skipIf(!isRoot)('is refused when it belongs to another account', async () => {
    chownSync(write(FILE, 'http: { port: 9 }'), STRANGER, STRANGER);
    await expect(load()).rejects.toMatchObject(untrusted(`belongs to user id ${STRANGER}`));
    expect(await port({ file: at(FILE) })).toBe(9);
  });

  it.skipIf(!isRoot)('is refused when its folder belongs to another account, who can put any file of ours in its place', async () => {
    write(FILE, 'http: { port: 9 }');
    chownSync(folder, STRANGER, STRANGER);
    await expect(load()).rejects.toMatchObject(untrusted(`${folder} belongs to user id ${STRANGER}`));
  });

  it.skipIf(process.platform === 'win32').each([0o602, 0o620, 0o666])('is refused when others can write it: mode %o', async (mode) => {
    write(FILE, 'http: { port: 9 }', mode);
    await expect(load()).rejects.toMatchObject(untrusted('can be written by other accounts'));
  });

  it.skipIf(process.platform === 'win32')('is refused when everybody can replace it, and read where only owners can', async () => {
    write(FILE, 'http: { port: 9 }');
    chmodSync(folder, 0o777);
    await expect(load()).rejects.toMatchObject(untrusted(`replace files in ${folder}`));
    chmodSync(folder, 0o1777);
    expect(await port()).toBe(9);
    linkSync(at(FILE), at('second-name'));
    await expect(load()).rejects.toMatchObject(untrusted('2 names'));
    chmodSync(folder, 0o700);
    expect(await port()).toBe(9);
  });

  it.skipIf(!isRoot)("is refused when it is a link to a stranger's file, or a stranger's link to ours", async () => {
    mkdirSync(at('other'));
    const target = write('other/real.yaml', 'http: { port: 9 }');
    symlinkSync(target, at(FILE));
    chownSync(target, STRANGER, STRANGER);
    await expect(load()).rejects.toMatchObject(untrusted(`${target} belongs`));
    chownSync(target, 0, 0);
    lchownSync(at(FILE), STRANGER, STRANGER);
    await expect(load()).rejects.toMatchObject(untrusted(`${at(FILE)} belongs`));
    lchownSync(at(FILE), 0, 0);
    chownSync(at('other'), STRANGER, STRANGER);
    await expect(load()).rejects.toMatchObject(untrusted(`${at('other')} belongs`));
  });

  it.skipIf(process.platform === 'win32')('is refused, and not waited for, when it is no file', async () => {
    execFileSync('mkfifo', ['-m', '600', at(FILE)]);
    await expect(load()).rejects.toMatchObject(untrusted('not a regular file'));
    rmSync(at(FILE));
    symlinkSync(FILE, at(FILE));
    await expect(load()).rejects.toMatchObject(untrusted('leads to itself'));
    rmSync(at(FILE));
    symlinkSync('nowhere', at(FILE));
    await expect(load()).rejects.toMatchObject({ code: 'SEXTANT_CONFIG_FILE' });
    rmSync(at(FILE));
    symlinkSync('/dev/zero', at(FILE));
    await expect(load()).rejects.toMatchObject({ code: 'SEXTANT_CONFIG_UNTRUSTED_FILE' });
  });

  it.each(['pluginPaths: [evil]', 'pluginPackages: [evil]'])('may not set %s, also where that would be ignored', async (text) => {
    write(FILE, text);
    const refusal = { code: 'SEXTANT_CONFIG_UNTRUSTED_KEY', what: expect.stringContaining(text.split(':')[0] ?? '') };
    await expect(load()).rejects.toMatchObject(refusal);
    await expect(load({ tolerant: true, flags: { pluginPaths: [], pluginPackages: [] } })).rejects.toMatchObject(refusal);
    await expect(load({ file: at(FILE) })).resolves.toBeDefined();
  });

  it('may not bring its data folder along', async () => {
    symlinkSync(folder, `${folder}-link`);
    try {
      for (const dataDir of ['data', '../data', at('data'), `${folder}-link/data`, folder]) {
        write(FILE, `dataDir: ${dataDir}`);
        await expect(load()).rejects.toMatchObject({ code: 'SEXTANT_CONFIG_UNTRUSTED_KEY', what: expect.stringContaining('dataDir') });
        expect((await load({ flags: { dataDir: '/x' } })).process.dataDir).toBe('/x');
        expect((await load({ file: at(FILE) })).process.dataDir).toBe(dataDir);
      }
    } finally {
      rmSync(`${folder}-link`);
    }
    write(FILE, 'dataDir: /srv/sextant');
    expect((await load()).process.dataDir).toBe('/srv/sextant');
  });
});

describe('a key whose schema says that it executes', () => {
  it('is refused in a discovered file, at any depth, and taken from the environment and a named file', async () => {
    write(FILE, 'plugins: { tool: { program: /tmp/evil, depth: 2 } }');
    const discovered = await load();
    expect(() => discovered.assertTrusted([plugin])).toThrow(expect.objectContaining({ code: 'SEXTANT_CONFIG_UNTRUSTED_KEY' }));
    expect(discovered.checkPlugin(plugin.config, 'tool')).toMatchObject({ problems: [{ path: 'plugins.tool.program' }] });
    const named = await load({ file: at(FILE) });
    expect(() => named.assertTrusted([plugin])).not.toThrow();
    write(FILE, 'plugins: { tool: { depth: 2 } }');
    const both = await load({ env: { SEXTANT__PLUGINS__TOOL__PROGRAM: '/bin/tool' } });
    expect(() => both.assertTrusted([plugin])).not.toThrow();
    expect(both.pluginConfig('tool', plugin.config)).toEqual({ program: '/bin/tool', depth: 2 });
  });

  const executes = z.string().meta({ executes: true });
  it.each<[string, z.ZodType, string]>([
    ['optional', executes.optional(), '/evil'],
    ['described', executes.describe('x'), '/evil'],
    ['in a default', z.object({ a: executes.default('a') }).prefault({}), '{ a: /evil }'],
    ['in a list', z.array(z.object({ run: executes })), '[{ run: /evil }]'],
    ['in a map', z.record(z.string(), executes), '{ anything: /evil }'],
    ['in an alternative', z.union([z.number(), z.object({ run: executes })]), '{ run: /evil }'],
    ['before it is changed', executes.transform((text) => text.length), '/evil'],
    ['in a tuple', z.tuple([z.number(), executes]), '[1, /evil]'],
    ['later', z.lazy(() => executes), '/evil'],
  ])('is found: %s', async (_where, key, text) => {
    write(FILE, `plugins: { old: { key: ${text}, other: 1 } }`);
    const renamed = { id: 'new', renamedFrom: ['old'], config: z.object({ key, other: z.number() }) };
    const discovered = await load();
    expect(() => discovered.assertTrusted([renamed])).toThrow('plugins.old.key');
  });
});

it('reads relative plugins from the folder of a named file, and of no other', async () => {
  write(FILE, 'http: { port: 9 }');
  expect((await load()).pluginFolder).toBeUndefined();
  expect((await load({ discovered: null })).pluginFolder).toBeUndefined();
  expect((await load({ file: FILE })).pluginFolder).toBe(folder);
});

it('reads what an earlier process found, and nothing that was put there later; a reload looks again', async () => {
  write('sextant.config.json', '{"http":{"port":8}}');
  write(FILE, 'http: { port: 9 }');
  expect(await port({ discovered: at('sextant.config.json') })).toBe(8);
  const none = await load({ discovered: null });
  expect([none.process.http.port, none.discoveredFile]).toEqual([7080, undefined]);
  const again = await none.reload();
  expect([again.process.http.port, again.discoveredFile]).toEqual([9, at(FILE)]);
});
