import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessConfig } from '@sextant/config';
import { Secret } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { refuseDefaultPassword } from './database.js';

const configured = (database: Readonly<Record<string, string>>, allowNoPassword = false): Pick<ProcessConfig, 'database'> => ({
  database: {
    ...Object.fromEntries(Object.entries(database).map(([name, dsn]) => [name, new Secret(dsn)])),
    allowNoPassword,
  } as unknown as ProcessConfig['database'],
});

beforeEach(() => {
  for (const name of ['PGPASSWORD', 'PGHOST']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

describe('row 49: a password of the database that everybody knows', () => {
  it.each([
    ['postgres', { main: 'postgres://sextant:postgres@db/x' }],
    ['in capitals', { main: 'postgres://sextant:Password@db/x' }],
    ['zeros', { main: 'postgres://sextant:000000000000@db/x' }],
    ['one letter again and again', { main: 'postgres://sextant:aaaaaaaa@db/x' }],
    ['the name of the user', { main: 'postgres://ada:ada@db/x' }],
    ['percent-encoded', { main: 'postgres://sextant:p%6Fstgres@db/x' }],
    ['in the query', { main: 'postgres://sextant@db/x?password=postgres' }],
    ['in the query, over a better one', { main: 'postgres://sextant:Zk3-9vQ@db/x?password=changeme' }],
    ['of code intelligence', { main: 'postgres://sextant:Zk3-9vQ@db/x', codeintel: 'postgres://sextant:postgres@db/y' }],
    ['of insights', { main: 'postgres://sextant:Zk3-9vQ@db/x', insights: 'postgres://sextant:postgres@db/y' }],
  ])('refuses to listen beyond this machine, and does not repeat it: %s', (_name, database) => {
    const config = configured(database as Record<string, string>);
    let refusal: unknown;
    try {
      refuseDefaultPassword(config, true);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'SEXTANT_STORAGE_DEFAULT_PASSWORD' });
    expect(String(refusal)).not.toMatch(/postgres:\/\/|changeme|0000|aaaa|ada/);
    expect(() => refuseDefaultPassword(config, false)).not.toThrow();
  });

  it.each([
    'postgres://sextant:Zk3-9vQ@db/x',
    'postgres://sextant@/x?host=/run/postgresql',
    'socket:/run/postgresql?db=x',
    'postgres:///x?host=/run/postgresql',
    'postgres://sextant:postgres1@db/x',
  ])('is not %s', (main) => {
    expect(() => refuseDefaultPassword(configured({ main }), true)).not.toThrow();
  });

  it.each([
    'postgres://sextant@db/x',
    'postgres://sextant:@db/x',
    'postgres://sextant@127.0.0.1/x',
    'postgres://sextant@localhost/x',
    'postgres:///x',
    'postgres://sextant@/x?host=db',
  ])('is also none at all over TCP, unless the operator says that the server proves us otherwise: %s', (main) => {
    expect(() => refuseDefaultPassword(configured({ main }), true)).toThrow(
      expect.objectContaining({ code: 'SEXTANT_STORAGE_DEFAULT_PASSWORD', fix: expect.stringContaining('database.allowNoPassword') }),
    );
    expect(() => refuseDefaultPassword(configured({ main }, true), true)).not.toThrow();
    expect(() => refuseDefaultPassword(configured({ main }), false)).not.toThrow();
  });

  it('counts what the driver takes from the environment, a bad one too', () => {
    const config = configured({ main: 'postgres://sextant@db/x' });
    vi.stubEnv('PGPASSWORD', 'Zk3-9vQ');
    expect(() => refuseDefaultPassword(config, true)).not.toThrow();
    vi.stubEnv('PGPASSWORD', 'postgres');
    expect(() => refuseDefaultPassword({ database: { ...config.database, allowNoPassword: true } }, true)).toThrow('everybody knows');
    vi.stubEnv('PGPASSWORD', undefined);
    vi.stubEnv('PGHOST', '/run/postgresql');
    expect(() => refuseDefaultPassword(configured({ main: 'postgres:///x' }), true)).not.toThrow();
  });

  it('is stood for by a certificate of the client', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sextant-certificate-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'client.pem');
    writeFileSync(file, 'a key');
    const main = `postgres://sextant@db/x?sslcert=${file}&sslkey=${file}&sslmode=verify-full`;
    expect(() => refuseDefaultPassword(configured({ main }), true)).not.toThrow();
  });
});
