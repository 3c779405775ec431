import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdministrativeAct, core, definePart, definePlugin, secret, z } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, describe, expect, it } from 'vitest';

const config = z.object({
  every: z.string().default('1h').meta({ live: true }),
  access: secret().optional(),
});
const storage = { migrations: async () => [] };
const notes = definePlugin({
  id: 'notes',
  version: '1.0.0',
  title: 'Notes',
  summary: 'Notes.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    api: async () => ({ default: definePart(config)({ deps: { db: core.storage }, register: (r) => r.storage(storage) }) }),
    migrator: async () => ({ default: definePart(config)({ deps: {}, register: (r) => r.storage(storage) }) }),
  },
});

const write = ({ dataDir }: { readonly dataDir: string }, text: string): void =>
  writeFileSync(join(dataDir, 'sextant.config.yaml'), text, { mode: 0o600 });

// A data folder is one kernel's at a time.
const dataDir = mkdtempSync(join(tmpdir(), 'sextant-configured-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** What is told of the configuration, each once. */
async function told(kernel: TestKernel): Promise<readonly string[]> {
  const stored = kernel.kernel.stored;
  if (!stored) throw new Error('There is no database.');
  const db = await stored.database.databases
    .pool('main')
    .query<{ act: AdministrativeAct }>('delete from kernel.administrative_acts returning act');
  return db.rows.map(({ act }) => {
    expect([act.uid, act.actor, act.request]).toEqual(['config file', undefined, undefined]);
    const { key, from = '-', to = '-', plugin } = act.fields;
    return plugin === undefined ? `${act.entity} ${act.action} ${key}: ${from} to ${to}` : `${act.entity} ${act.action} ${plugin}`;
  });
}

describe('a configuration that somebody edits', () => {
  it('leaves a trace of each key, and of plugins that it switches, when it is read again', async () => {
    const kernel = await startTestKernel({ plugins: [notes] });
    write(kernel, 'plugins: { notes: { every: 5m } }\n');
    await kernel.kernel.reload();
    expect(await told(kernel)).toEqual(['configuration changed plugins.notes.every: - to "5m"']);
    write(kernel, 'plugins: { notes: { every: 6m, enabled: false } }\n');
    await kernel.kernel.reload();
    await kernel.kernel.reload();
    expect(await told(kernel)).toEqual([
      'configuration changed plugins.notes.enabled: - to false',
      'plugin disabled notes',
      'configuration changed plugins.notes.every: "5m" to "6m"',
    ]);
    write(kernel, '{}\n');
    await kernel.kernel.reload();
    expect(await told(kernel)).toEqual([
      'configuration changed plugins.notes.enabled: false to -',
      'configuration changed plugins.notes.every: "6m" to -',
    ]);
  });

  it('leaves one also while nothing runs, and none of a secret but that it is another', async () => {
    const kernel = await startTestKernel({ plugins: [notes] });
    write(kernel, 'plugins: { notes: { access: CANARY-1 } }\n');
    await kernel.kernel.reload();
    expect(await told(kernel)).toEqual(['configuration changed plugins.notes.access: - to "[redacted]"']);
    const { databaseUrl } = kernel;
    const again = async (text: string): Promise<readonly string[]> => {
      write({ dataDir }, text);
      const next = await startTestKernel({ plugins: [notes], databaseUrl, dataDir });
      const acts = await told(next);
      const rows = await next.kernel.stored?.database.databases.pool('main').query('select * from kernel.configuration_seen');
      expect(JSON.stringify(rows?.rows)).toContain('plugins.notes.access');
      expect(JSON.stringify([rows?.rows, acts, next.log.text])).not.toMatch(/CANARY|Q0FOQVJZ/);
      await next.stop();
      return acts;
    };
    expect(await again('plugins: { notes: { access: CANARY-1 } }\n')).toEqual([]);
    expect(await again('plugins: { notes: { access: CANARY-2 } }\n')).toEqual([
      'configuration changed plugins.notes.access: "[redacted]" to "[redacted]"',
    ]);
    expect(await again('plugins: { notes: { access: CANARY-2 } }\n')).toEqual([]);
  });

  it('stays as it was when that cannot be written down', async () => {
    const kernel = await startTestKernel({ plugins: [notes] });
    const pool = kernel.kernel.stored?.database.databases.pool('main');
    await pool?.query('alter table kernel.administrative_acts add constraint full_disk check (false) not valid');
    write(kernel, 'plugins: { notes: false }\n');
    await expect(kernel.kernel.reload()).rejects.toMatchObject({ code: '23514' });
    expect(kernel.plugin('notes').state).toBe('active');
  });
});
