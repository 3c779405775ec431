import { core } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditTrail } from '../api.js';
import manifest from '../manifest.js';
import { identityOf } from '../wiring.js';
import type { AuditReader } from './audit-reader.js';
import { formatHead } from './chain-hash.js';

let kernel: TestKernel;
let reader: AuditReader;

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest] });
  const deps = {
    db: kernel.service(core.storage, 'identity'),
    events: kernel.service(core.events, 'identity'),
    clock: kernel.service(core.clock, 'identity'),
    secrets: kernel.service(core.secrets, 'identity'),
    actor: kernel.service(core.actor, 'identity'),
    renewals: [],
    permissions: [],
    mail: [],
    policies: [],
    jobs: kernel.service(core.jobs, 'identity'),
    process: kernel.service(core.process, 'identity'),
    acts: kernel.service(core.acts, 'identity'),
  };
  const config = { get: () => manifest.config?.parse({}) };
  reader = identityOf(deps, { config, log: kernel.service(core.log, 'identity') } as never).auditReader;
  const trail = kernel.service(auditTrail);
  for (let i = 1; i <= 1_200; i++) trail.observe('test', 'done', { uid: 'operator' }, { number: i });
  await reader.catchUp();
  for (let i = 1; i <= 12; i++) await trail.record('test', 'done', { uid: 'operator' }, { number: 1_200 + i });
});

/** What a superuser does who has taken the guard off, and what the check says then. All of it is undone. */
async function saidAfter(...statements: readonly string[]): Promise<unknown> {
  await reader.verify({});
  const db = kernel.service(core.storage, 'identity');
  for (const table of ['audit_log', 'audit_head', 'audit_checkpoints'])
    await db.query(`create table saved_${table} as select * from ${table}`);
  try {
    await db.query('alter table audit_log disable trigger user');
    await db.query('alter table audit_checkpoints disable trigger user');
    for (const statement of statements) await db.query(statement);
    const { problem } = await reader.verify({});
    return problem && { kind: problem.kind, position: problem.position };
  } finally {
    await db.query('truncate audit_log, audit_checkpoints, audit_head');
    await db.query('insert into audit_log select * from saved_audit_log');
    await db.query('insert into audit_head select * from saved_audit_head');
    await db.query('insert into audit_checkpoints overriding system value select * from saved_audit_checkpoints');
    for (const table of ['audit_log', 'audit_head', 'audit_checkpoints']) await db.query(`drop table saved_${table}`);
    await db.query('alter table audit_log enable trigger user');
    await db.query('alter table audit_checkpoints enable trigger user');
  }
}

describe('the audit log', () => {
  it('verifies, over several pages', async () => {
    const verdict = await reader.verify({});
    expect(verdict).toMatchObject({ problem: undefined, from: 1, waiting: 0 });
    expect(verdict.entries).toBeGreaterThan(1_200);
  });

  it('is only ever added to', async () => {
    const db = kernel.service(core.storage, 'identity');
    for (const statement of [
      `update audit_log set entry = entry where position = 3`,
      `delete from audit_log where position = 3`,
      `truncate audit_log`,
      `truncate audit_checkpoints, audit_log`,
      `insert into audit_inbox (entry) values ('{}'); update audit_inbox set entry = '[]'`,
    ])
      await expect(db.query(statement), statement).rejects.toMatchObject({ message: 'the audit log is only ever added to' });
    expect((await reader.verify({})).problem).toBeUndefined();
  });

  const flip = (column: string, at: number): string =>
    `update audit_log set ${column} = set_byte(${column}, 5, get_byte(${column}, 5) # 1) where position = ${at}`;

  it.each([
    [
      'one byte of an entry',
      [`update audit_log set entry = overlay(entry placing 'T' from 70 for 1) where position = 700`],
      { kind: 'changed', position: 700 },
    ],
    ['one bit of a hash', [flip('hash', 12)], { kind: 'changed', position: 12 }],
    ['one bit of the hash before', [flip('previous', 1_100)], { kind: 'changed', position: 1_100 }],
    ['the first entry that is gone', ['delete from audit_log where position = 1'], { kind: 'missing', position: 1 }],
    ['one in the middle that is gone', ['delete from audit_log where position = 50'], { kind: 'missing', position: 50 }],
    [
      'one that is gone, with the others moved up',
      [
        'delete from audit_log where position = 50',
        'update audit_log set position = -position where position > 50',
        'update audit_log set position = -position - 1 where position < 0',
      ],
      { kind: 'missing', position: 50 },
    ],
    [
      'two that changed places',
      [
        'update audit_log set position = -1 where position = 20',
        'update audit_log set position = 20 where position = 30',
        'update audit_log set position = 30 where position = -1',
      ],
      { kind: 'reordered', position: 20 },
    ],
    [
      'one that was put between',
      [
        'update audit_log set position = -position where position > 20',
        'update audit_log set position = 1 - position where position < 0',
        `insert into audit_log select 21, '{"forged":true}', hash, sha256(hash || convert_to('{"forged":true}', 'UTF8')) from audit_log where position = 20`,
      ],
      { kind: 'inserted', position: 21 },
    ],
    [
      'one that was put before the first',
      [`insert into audit_log select 0, entry, previous, hash from audit_log where position = 1`],
      { kind: 'inserted', position: 0 },
    ],
  ])('does not verify with %s', async (_what, statements, problem) => {
    expect(await saidAfter(...statements)).toEqual(problem);
  });

  it('does not verify when its end was cut off, with the stored head or without', async () => {
    const { head } = await reader.verify({});
    expect(await saidAfter(`delete from audit_log where position > ${head.position - 2}`)).toEqual({
      kind: 'missing',
      position: head.position - 1,
    });
    const back = `update audit_head set (position, hash) = (select position, hash from audit_log where position = ${head.position - 2})`;
    expect(await saidAfter(back, `delete from audit_log where position > ${head.position - 2}`)).toEqual({
      kind: 'head',
      position: head.position - 2,
    });
  });

  it('does not verify when an entry was added by another hand behind its end', async () => {
    const { position } = (await reader.verify({})).head;
    const forged = `insert into audit_log select position + 1, '{}', hash, sha256(hash || convert_to('{}', 'UTF8')) from audit_log where position = ${position}`;
    expect(await saidAfter(forged)).toEqual({ kind: 'inserted', position: position + 1 });
  });

  it('does not grow on an end that another hand has written, and says so', async () => {
    const trail = kernel.service(auditTrail);
    const db = kernel.service(core.storage, 'identity');
    await db.query('update audit_head set position = position - 1');
    await trail.record('test', 'waits', { uid: 'operator' });
    const verdict = await reader.verify({});
    expect(verdict.problem).toMatchObject({ kind: 'head' });
    expect(verdict.waiting).toBeGreaterThan(0);
    expect(await reader.problem()).toContain('does not grow');
    await reader.reseal();
    const sealed = await reader.verify({});
    expect(sealed).toMatchObject({ problem: undefined, waiting: 0 });
    expect(await reader.problem()).toBeUndefined();
    expect((await reader.store.list({ entity: 'audit.log', action: 'resealed' }, { limit: 5 })).length).toBe(1);
  });

  it('verifies against a head that was kept elsewhere, and not when all of it was written anew', async () => {
    const { head } = await reader.verify({});
    await kernel.service(auditTrail).record('test', 'done', { uid: 'operator' });
    expect((await reader.verify({ known: head })).problem).toBeUndefined();
    const other = { position: head.position, hash: Buffer.alloc(32, 1) };
    expect((await reader.verify({ known: other })).problem).toMatchObject({ kind: 'changed', position: head.position });
    const beyond = { position: head.position + 100, hash: head.hash };
    expect((await reader.verify({ known: beyond })).problem).toMatchObject({ kind: 'missing' });
  });

  it('verifies after its old part was cut, and says where; not when the cut is another one', async () => {
    const kept = (await reader.store.list({}, { limit: 1, after: 899 }))[0];
    await reader.cut(new Date(kept?.entry.timestamp ?? 0));
    const verdict = await reader.verify({});
    expect(verdict.problem).toBeUndefined();
    expect(verdict.from).toBeGreaterThan(1);
    const [entry] = await reader.store.list({ entity: 'audit.log', action: 'cut' }, { limit: 1 });
    const start = { position: verdict.from - 1 };
    expect(entry?.entry.fields['head']).toMatch(new RegExp(`^${start.position}:`));
    expect(formatHead(verdict.head)).toMatch(/^\d+:[0-9a-f]{64}$/);
    const { from } = verdict;
    expect(await saidAfter(`delete from audit_log where position = ${from}`)).toEqual({ kind: 'missing', position: from });
    expect(
      await saidAfter(`update audit_checkpoints set (position, hash) = (select position, hash from audit_log where position = ${from})`),
    ).toEqual({
      kind: 'checkpoint',
      position: from,
    });
    expect(await saidAfter('delete from audit_checkpoints')).toMatchObject({ kind: 'missing', position: 1 });
  });
});
