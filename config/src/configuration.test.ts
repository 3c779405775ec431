import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secret, z } from '@sextant/sdk';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Configuration, environmentLayer, mergeLayers } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'sextant-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const CANARY = 'canary-7f3a9c';

describe('layers', () => {
  it('win in the order preset, file, environment, flags', async () => {
    const file = join(folder, 'order.yaml');
    writeFileSync(file, 'http: { port: 2, host: 127.0.0.2, pathPrefix: /file }\n');
    const configuration = await Configuration.load({
      folder,
      file,
      env: { SEXTANT_PORT: '3', SEXTANT__HTTP__HOST: '127.0.0.3' },
      flags: { http: { port: 4 } },
      preset: { name: 'p', values: { http: { port: 1, pathPrefix: '/preset' }, jobs: { concurrency: 9 } } },
    });
    const { http, jobs } = configuration.process;
    expect([http.port, http.host, http.pathPrefix, jobs.concurrency]).toEqual([4, '127.0.0.3', '/file', 9]);
    const [port] = configuration.explain('http.port', []);
    expect(port?.source).toBe('flags');
    expect(port?.overridden.map((o) => [o.source, o.value])).toEqual([
      ['environment SEXTANT_PORT', 3],
      [`file ${file}`, 2],
      ['preset p', 1],
    ]);
  });

  it('merge to the same, however they are grouped', () => {
    const tree = fc.letrec<{ tree: Record<string, unknown>; leaf: unknown }>((tie) => ({
      leaf: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.array(fc.integer()), tie('tree')),
      tree: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('leaf'), { noNullPrototype: true }),
    })).tree;
    const layer = (values: Record<string, unknown>) => ({ source: '', values });
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const merged = mergeLayers([layer(a), layer(b)]);
        expect(mergeLayers([layer(merged), layer(b)])).toEqual(merged);
        expect(Object.keys(merged).sort()).toEqual([...new Set([...Object.keys(a), ...Object.keys(b)])].sort());
      }),
    );
  });

  it('never reach a prototype', () => {
    mergeLayers([{ source: '', values: JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') }]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('names in the environment', () => {
  it('reach every kebab-case plugin and lowerCamelCase key', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
    const words = fc.array(word, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(words, words, (plugin, key) => {
        const name = `SEXTANT__PLUGINS__${plugin.join('_').toUpperCase()}__${key.join('_').toUpperCase()}`;
        const camel = key.map((w, i) => (i === 0 ? w : w[0]?.toUpperCase() + w.slice(1))).join('');
        expect(environmentLayer({ [name]: 'some text' }).values).toEqual({ plugins: { [plugin.join('-')]: { [camel]: 'some text' } } });
      }),
    );
  });

  it.each([
    ['12', 12],
    ['true', true],
    ['["a"]', ['a']],
    ['[not json', '[not json'],
    ['2m', '2m'],
  ])('take %s as what it looks like', (text, value) => {
    expect(environmentLayer({ SEXTANT__A: text }).values).toEqual({ a: value });
  });
});

describe('what is wrong', () => {
  it('is listed all together, with the nearest key and the source of each', async () => {
    const wrong = Configuration.load({ folder, env: { SEXTANT_PORT: 'abc' }, flags: { htp: { port: 1 } } });
    await expect(wrong).rejects.toMatchObject({ code: 'SEXTANT_CONFIG_INVALID' });
    const { why } = (await wrong.catch((e: unknown) => e)) as { why: string };
    expect(why).toContain('htp: unknown key; did you mean "http"? (flags)');
    expect(why).toContain('(environment SEXTANT_PORT)');
  });

  it('in a file is said with its position', async () => {
    const file = join(folder, 'broken.yaml');
    writeFileSync(file, 'http:\n  port: [1\n');
    await expect(Configuration.load({ folder, file, env: {} })).rejects.toMatchObject({
      code: 'SEXTANT_CONFIG_FILE',
      why: expect.stringMatching(/line \d+, column \d+/),
    });
  });
});

describe('explain', () => {
  const load = (plugins: Record<string, unknown>) => Configuration.load({ folder, env: {}, flags: { plugins } });
  const plugin = (more: object = {}) => ({
    id: 'fresh',
    renamedFrom: ['stale'],
    toggle: 'default-on' as const,
    config: z.object({ key: secret().optional(), depth: z.number().optional(), every: z.number().default(1) }),
    ...more,
  });

  it('says of a secret that is not set that it is one, and how to set it; of a key nobody has, nothing', async () => {
    const configuration = await load({});
    expect(configuration.explain('database.main', [])).toEqual([
      {
        key: 'database.main',
        value: undefined,
        source: 'not set',
        overridden: [],
        note: 'a secret; set SEXTANT_DATABASE_URL in the environment, or database.main in the configuration file',
      },
    ]);
    expect(configuration.explain('plugins.fresh.key', [plugin()])).toMatchObject([
      { source: 'not set', note: expect.stringMatching(/^a secret; set SEXTANT__PLUGINS__FRESH__KEY /) },
    ]);
    expect(configuration.explain('blobs.s3.secretAccessKey', [])).toMatchObject([
      { source: 'not set', note: expect.stringContaining('SEXTANT__BLOBS__S3__SECRET_ACCESS_KEY') },
    ]);
    expect(configuration.explain('plugins.fresh', [plugin()]).map((r) => [r.key, r.source])).toEqual([
      ['plugins.fresh.enabled', 'default'],
      ['plugins.fresh.onFailure', 'default'],
      ['plugins.fresh.every', 'default'],
      ['plugins.fresh.key', 'not set'],
      ['plugins.fresh.depth', 'not set'],
    ]);
    for (const key of ['database.mian', 'plugins.fresh.kye', 'plugins.other.key', 'nothing'])
      expect(configuration.explain(key, [plugin()])).toEqual([]);
  });

  it('says what wins: the configuration over a live switch, a live switch over the default', async () => {
    const noteOf = async (plugins: Record<string, unknown>, toggle: string) => {
      const [row] = (await load(plugins)).explain('plugins.fresh.enabled', [plugin({ toggle })]);
      return [row?.value, row?.source, row?.note?.split(/[,:]/)[0]];
    };
    expect(await noteOf({}, 'default-on')).toEqual([true, 'default', 'a live switch wins over it']);
    expect(await noteOf({}, 'default-off')).toEqual([false, 'default', 'a live switch wins over it']);
    expect(await noteOf({ fresh: false }, 'default-on')).toEqual([false, 'flags', 'wins over a live switch']);
    expect(await noteOf({}, 'always-on')).toEqual([true, 'default', 'it is always on']);
    expect(await noteOf({ fresh: { enabled: false } }, 'always-on')).toEqual([false, 'flags', 'it is always on']);
  });

  it('finds a renamed plugin under its old name, switches and all', async () => {
    const configuration = await load({ stale: { enabled: false, onFailure: 'abort', every: 7 } });
    expect(configuration.keyOf(plugin())).toBe('stale');
    expect(configuration.switches(plugin())).toEqual({ enabled: false, onFailure: 'abort', ignoreCompatibility: false });
    for (const key of ['plugins.fresh.every', 'plugins.stale.every'])
      expect(configuration.explain(key, [plugin()])).toEqual([
        {
          key: 'plugins.fresh.every',
          value: 7,
          source: 'flags',
          overridden: [],
          note: 'written as plugins.stale, its old name: rename it',
        },
      ]);
  });
});

describe('a switch', () => {
  it('in short form in one layer stands beside keys in another', async () => {
    const configuration = await Configuration.load({
      folder,
      env: { SEXTANT__PLUGINS__P__EVERY: '2', SEXTANT__PLUGINS__Q: 'false' },
      flags: { plugins: { p: false } },
    });
    expect(configuration.switches({ id: 'p' }).enabled).toBe(false);
    expect(configuration.slice('p')).toEqual({ every: 2 });
    expect(configuration.sourceOf(['plugins', 'q', 'enabled'])).toBe('environment SEXTANT__PLUGINS__Q');
  });

  it.each([
    [{ enabled: 'no' }, 'plugins.p.enabled'],
    [{ onFailure: 'stop' }, 'plugins.p.onFailure'],
    ['off', 'plugins.p'],
  ])('that is %j is a problem', async (p, path) => {
    const configuration = await Configuration.load({ folder, env: {}, flags: { plugins: { p } } });
    expect(configuration.checkPlugin(z.object({}), 'p')).toMatchObject({ problems: [{ path, source: 'flags' }] });
  });
});

describe('hostile row 22: a secret', () => {
  it('is absent from what explain shows, in every layer, and from errors', async () => {
    const schema = z.object({ key: secret().optional(), url: z.string().optional(), every: z.number().default(1) });
    const configuration = await Configuration.load({
      folder,
      env: { SEXTANT_DATABASE_URL: `postgres://u:${CANARY}@h/d` },
      flags: {
        database: { main: `postgres://u:${CANARY}2@h/d` },
        plugins: { p: { key: CANARY, url: `https://x:${CANARY}@h/` }, unknown: { token: CANARY } },
      },
    });
    const shown = JSON.stringify(configuration.explain('', [{ id: 'p', config: schema }]));
    expect(shown).toContain('[redacted]');
    expect(shown).not.toContain(CANARY);
    const checked = configuration.checkPlugin(z.object({ key: secret(), url: z.number() }), 'p');
    expect(JSON.stringify(checked)).not.toContain(CANARY);
  });
});
