import type { ProcessConfig } from '@sextant/config';
import { Secret } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { refuseDefaultPassword } from './database.js';

const configured = (database: Readonly<Record<string, string>>): Pick<ProcessConfig, 'database'> => ({
  database: Object.fromEntries(
    Object.entries(database).map(([name, dsn]) => [name, new Secret(dsn)]),
  ) as unknown as ProcessConfig['database'],
});

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
    'postgres://sextant@db/x',
    'postgres:///x?host=/run/postgresql',
    'postgres://sextant:postgres1@db/x',
  ])('is not %s', (main) => {
    expect(() => refuseDefaultPassword(configured({ main }), true)).not.toThrow();
  });
});
