import pg from 'pg';
import { expect, inject, it } from 'vitest';

it('gives every integration test the address of one running server', async () => {
  const client = new pg.Client(inject('embeddedPostgres'));
  await client.connect();
  expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  await client.end();
});

it('gives programs under test its connection string', async () => {
  const client = new pg.Client(process.env.SEXTANT_TEST_EMBEDDED_DSN);
  await client.connect();
  expect((await client.query('select current_database() as name')).rows).toEqual([{ name: 'postgres' }]);
  await client.end();
});
