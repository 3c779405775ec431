import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, definePart, definePlugin, type Manifest, type SealedColumn, type Secrets, type Storage } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../secrets/key-ring.js';
import { PluginSecrets, sealedUnder } from '../secrets/plugin-secrets.js';
import { resealColumn, sealedPlaces } from '../secrets/sealed-columns.js';
import { Databases } from '../storage/databases.js';
import { type Rotation, SecretsAdmin } from './secrets-admin.js';

const SEALED: readonly SealedColumn[] = [{ table: 'credentials', column: 'sealed' }];
const TABLES = `create table credentials (owner text collate "C", at timestamptz, sealed text, note text, primary key (owner, at));
  create table elsewhere (id int primary key, data jsonb, sealed text); create table keyless (sealed text);`;

/** A plugin from outside, with sealed rows of its own under a key of two columns. */
const keeper = (sealed = SEALED): Manifest =>
  definePlugin({
    id: 'keeper',
    version: '1.0.0',
    title: 'Keeper',
    summary: 'Keeps credentials.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: {
      api: async () => ({
        default: definePart()({
          deps: { db: core.storage, secrets: core.secrets },
          register: (r) =>
            r.storage({
              sealed,
              migrations: async () => [{ name: 'create-1763990000000', up: async (db) => void (await db.query(TABLES)) }],
            }),
        }),
      }),
    },
  }) as Manifest;

/** The kernel of a test is the built one, whose classes are others to the compiler. */
type Admin = Pick<SecretsAdmin, 'status' | 'rotate' | 'dropOld'>;

interface World {
  readonly kernel: TestKernel;
  readonly db: Storage;
  readonly secrets: Secrets;
  readonly admin: Admin;
}

let started: TestKernel[] = [];
let opened: Databases[] = [];
let folders: string[] = [];
afterEach(async () => {
  for (const databases of opened) await databases.end();
  for (const kernel of started) await kernel.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  [started, opened, folders] = [[], [], []];
});

async function aKernel(sealed = SEALED): Promise<TestKernel> {
  const kernel = await startTestKernel({ plugins: [keeper(sealed)] });
  started.push(kernel);
  return kernel;
}

async function aWorld(values = 0): Promise<World> {
  const kernel = await aKernel();
  const [db, secrets] = [kernel.service(core.storage, 'keeper'), kernel.service(core.secrets, 'keeper')];
  const sealed = Array.from({ length: values }, (_, n) => secrets.seal(`secret ${n}`));
  await db.query(
    `insert into credentials select 'owner ' || n % 7, timestamptz '2026-01-01 00:00:00.000001Z' + n * interval '1 microsecond', s, n::text
     from unnest($1::text[]) with ordinality as v(s, n)`,
    [sealed],
  );
  return { kernel, db, secrets, admin: another({ kernel }) };
}

function connected(kernel: TestKernel): Databases {
  const databases = new Databases({ main: kernel.databaseUrl, log: kernel.kernel.logs.of('kernel') });
  opened.push(databases);
  return databases;
}

/** As another process on the same installation: its own ring and connections, at `minutes` from now. It asks no one whether they have the key. */
function another({ kernel }: Pick<World, 'kernel'>, { minutes = 0, keys = join(kernel.dataDir, 'keys') } = {}): SecretsAdmin {
  const databases = connected(kernel);
  return new SecretsAdmin(
    [keeper()],
    {
      keys: KeyRing.open(keys),
      database: { databases },
      askForKey: async () => ({ holding: [], lacking: [] }),
      acts: { record: async () => undefined },
    },
    { now: () => new Date(Date.now() + minutes * 60_000) },
  );
}

const quiet = { signal: new AbortController().signal, progress: () => undefined };
const valuesPerState = async (admin: Admin) => Object.fromEntries((await admin.status()).keys.map(({ state, values }) => [state, values]));
const plain = async ({ db, secrets }: World) =>
  (await db.query<{ sealed: string; note: string }>('select sealed, note from credentials order by note::int')).map(({ sealed }) =>
    secrets.open(sealed).reveal(),
  );

describe('rotating the keys of stored values', () => {
  it('seals every value of an outside plugin with the new key, beside the running process, and loses none', async () => {
    const world = await aWorld(450);
    const said: string[] = [];
    const rotation = await another(world).rotate({ ...quiet, progress: (text) => void said.push(text) });
    expect(rotation).toEqual({ madeKey: rotation.primary, primary: rotation.primary, resealed: 450, unreadable: 0 });
    expect(said).toContain('keeper: credentials.sealed: 400 values sealed anew');
    expect(await valuesPerState(world.admin)).toEqual({ primary: 450, old: 0 });
    expect(await plain(world)).toEqual(Array.from({ length: 450 }, (_, n) => `secret ${n}`));
    // The running process was never told, and seals with the new key all the same.
    expect(sealedUnder(world.secrets.seal('later'))).toBe(rotation.primary);
    expect(JSON.stringify(await world.admin.status()) + said.join()).not.toMatch(/secret \d|sx1\./);
  });

  it('leaves an edit that comes between reading and writing', async () => {
    const { kernel, db, secrets } = await aWorld(3);
    const [place] = await sealedPlaces(connected(kernel).pool('main'), 'keeper', SEALED);
    const ring = KeyRing.open(join(kernel.dataDir, 'keys'));
    const primary = ring.add();
    ring.promote(primary);
    let edited = false;
    const pool = {
      lease: async (schema: string) => {
        const lease = await place!.pool.lease(schema);
        const query = async (sql: string, parameters: unknown[]) => {
          if (sql.startsWith('update') && !edited) {
            edited = true;
            await db.query(`update credentials set sealed = $1 where note = '1'`, [secrets.seal('edited')]);
          }
          return lease.client.query(sql, parameters);
        };
        return { ...lease, client: { query } };
      },
    };
    const options = { primary, reseal: (s: string) => new PluginSecrets(ring, 'keeper').reseal(s), ...quiet };
    const first = await resealColumn({ ...place!, pool: pool as never }, options);
    expect(first).toEqual({ resealed: 2, overtaken: 1, unreadable: 0 });
    const [row] = await db.query<{ sealed: string }>(`select sealed from credentials where note = '1'`);
    expect(secrets.open(row!.sealed).reveal()).toBe('edited');
  });

  it('is brought to its end, without a further key, after it was interrupted', async () => {
    const world = await aWorld(450);
    const controller = new AbortController();
    const interrupted = world.admin.rotate({
      signal: controller.signal,
      progress: (text) => void (text.endsWith('200 values sealed anew') && controller.abort(new Error('interrupted'))),
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    expect(await valuesPerState(world.admin)).toEqual({ primary: 200, old: 250 });
    expect(await world.admin.rotate(quiet)).toMatchObject({ madeKey: undefined, resealed: 250 });
    expect(await valuesPerState(world.admin)).toEqual({ primary: 450, old: 0 });
    expect((await world.admin.rotate(quiet)).madeKey).toBeDefined();
  });

  it('goes on after it was killed (hostile row 13), and holds no lock then', async () => {
    const world = await aWorld(800);
    const keys = join(world.kernel.dataDir, 'keys');
    const child = fork(new URL('../secrets/test/rotate-database.mjs', import.meta.url), [keys, world.kernel.databaseUrl], { execArgv: [] });
    const said: string[] = [];
    child.on('message', (text) => void said.push(String(text)));
    await expect.poll(() => said.some((text) => text.startsWith('keeper')), { timeout: 30_000 }).toBe(true);
    await expect(world.admin.rotate(quiet)).rejects.toMatchObject({ code: 'SEXTANT_SECRETS_ROTATING' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    // The server notices the lost connection by itself, and frees what it held.
    let rotation: Rotation | undefined;
    const ended = async () => {
      rotation ??= await world.admin.rotate(quiet).catch(() => undefined);
      return rotation;
    };
    await expect.poll(ended, { timeout: 30_000 }).toBeDefined();
    expect(rotation).toMatchObject({ madeKey: undefined, unreadable: 0 });
    expect(rotation?.resealed).toBeLessThanOrEqual(600);
    expect(await valuesPerState(world.admin)).toEqual({ primary: 800, old: 0 });
    expect(await plain(world)).toEqual(Array.from({ length: 800 }, (_, n) => `secret ${n}`));
  });

  it('passes over what cannot be opened, and says how much', async () => {
    const world = await aWorld(2);
    const foreign = world.kernel.kernel.stored!.secretsOf('somebody').seal('x');
    await world.db.query(
      `insert into credentials values ('a', now(), $1), ('b', now(), 'never sealed'), ('c', now(), ''), ('d', now(), null)`,
      [foreign],
    );
    expect(await world.admin.rotate(quiet)).toMatchObject({ resealed: 2, unreadable: 1 });
    const { columns } = await world.admin.status();
    expect(columns).toEqual([{ plugin: 'keeper', table: 'credentials', column: 'sealed', values: 4, unsealed: 1 }]);
  });

  it('is refused with the key file of another installation, whose keys stay as they are', async () => {
    const world = await aWorld(2);
    const keys = mkdtempSync(join(tmpdir(), 'sextant-keys-'));
    folders.push(keys);
    const admin = another(world, { keys });
    await expect(admin.rotate(quiet)).rejects.toMatchObject({ code: 'SEXTANT_SECRETS_KEY_MISSING' });
    await expect(admin.dropOld()).rejects.toMatchObject({ code: 'SEXTANT_SECRETS_KEY_MISSING' });
    expect(KeyRing.open(keys).ids).toHaveLength(1);
    expect(await admin.rotate({ ...quiet, ignoreMissing: true })).toMatchObject({ resealed: 0, unreadable: 2 });
  });

  it('is refused while a running process reads another key file, and changes nothing', async () => {
    const world = await aWorld(2);
    const plugins = [keeper()];
    const sharing = await startTestKernel({
      plugins,
      databaseUrl: world.kernel.databaseUrl,
      config: { keysDir: join(world.kernel.dataDir, 'keys') },
    });
    started.unshift(sharing);
    const said: string[] = [];
    const admin = world.kernel.kernel.secrets();
    const { madeKey } = await admin.rotate({ ...quiet, progress: (text) => void said.push(text) });
    expect(said).toContain('2 running processes have the new key.');
    const apart = await startTestKernel({ plugins, databaseUrl: world.kernel.databaseUrl });
    started.unshift(apart);
    await expect(admin.rotate(quiet)).rejects.toMatchObject({
      code: 'SEXTANT_SECRETS_KEY_NOT_SHARED',
      why: expect.stringContaining(apart.kernel.instance),
    });
    const { keys } = await world.admin.status();
    expect(keys.map(({ id, state, values }) => [id === madeKey, state, values])).toEqual([
      [false, 'old', 0],
      [true, 'primary', 2],
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)('says that the key file is mounted read-only, in place of failing half-way', async () => {
    const { kernel, admin } = await aWorld(1);
    const keys = mkdtempSync(join(tmpdir(), 'sextant-keys-'));
    folders.push(keys);
    chmodSync(keys, 0o755);
    mkdirSync(join(keys, 'ro'));
    cpSync(join(kernel.dataDir, 'keys/secrets.json'), join(keys, 'ro/secrets.json'));
    chmodSync(join(keys, 'ro/secrets.json'), 0o600);
    chownSync(join(keys, 'ro/secrets.json'), 65_534, 65_534);
    // Only a real other account meets the refusal: nothing refuses root.
    const account = process.geteuid!();
    const ring = KeyRing.open(join(keys, 'ro'));
    process.seteuid!(65_534);
    try {
      expect(() => ring.add()).toThrow(expect.objectContaining({ code: 'SEXTANT_SECRETS_KEY_READ_ONLY' }));
    } finally {
      process.seteuid!(account);
    }
    expect(await valuesPerState(admin)).toEqual({ primary: 1 });
  });
});

describe('dropping old keys', () => {
  it('waits until nothing that was under way can still write', async () => {
    const world = await aWorld(3);
    await world.admin.rotate(quiet);
    await expect(world.admin.dropOld()).rejects.toMatchObject({ code: 'SEXTANT_SECRETS_KEY_IN_USE' });
    expect(await another(world, { minutes: 11 }).dropOld()).toHaveLength(1);
    expect((await world.admin.status()).keys).toHaveLength(1);
    expect(await plain(world)).toHaveLength(3);
    expect(await another(world, { minutes: 11 }).dropOld()).toEqual([]);
  });

  it('is refused while a declared value is under an old key', async () => {
    const world = await aWorld(1);
    const late = world.secrets.seal('late');
    await world.admin.rotate(quiet);
    await world.db.query(`insert into credentials values ('late', now(), $1, 99)`, [late]);
    const later = another(world, { minutes: 11 });
    await expect(later.dropOld()).rejects.toMatchObject({
      code: 'SEXTANT_SECRETS_KEY_IN_USE',
      why: expect.stringContaining('1 value is sealed'),
    });
    expect(await later.rotate(quiet)).toMatchObject({ madeKey: undefined, resealed: 1 });
    expect(await later.dropOld()).toHaveLength(1);
    expect(await plain(world)).toContain('late');
  });

  it('is refused while a table that nobody declared holds a value under an old key, and names it', async () => {
    const world = await aWorld(1);
    await world.db.query('insert into elsewhere values (1, $1)', [{ deep: ['text', `around ${world.secrets.seal('hidden')} it`] }]);
    await world.admin.rotate(quiet);
    await expect(another(world, { minutes: 11 }).dropOld()).rejects.toMatchObject({
      code: 'SEXTANT_SECRETS_KEY_IN_USE',
      why: expect.stringContaining('plugin_keeper.elsewhere'),
    });
  });
});

it.each([
  [{ table: 'credential', column: 'sealed' }, 'There is no such table.'],
  [{ table: 'credentials', column: 'seald' }, 'The table has no such column.'],
  [{ table: 'keyless', column: 'sealed' }, 'The table has no primary key.'],
  [{ table: 'elsewhere', column: 'data' }, 'The column is of the type jsonb.'],
])('tells the author of a plugin that the column %j cannot be rotated', async (column, why) => {
  const kernel = await aKernel([column]);
  expect(kernel.plugin('keeper')).toMatchObject({ state: 'failed', code: 'SEXTANT_SECRETS_COLUMN', reason: expect.stringContaining(why) });
});
