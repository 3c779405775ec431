import { core } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import manifest from '../manifest.js';
import { AuditChain } from './audit-chain.js';
import { AuditInbox } from './audit-inbox.js';
import { verifyChain } from './verify-chain.js';

it('the chain of a new installation grows also when nothing waited at its first look', async () => {
  const kernel = await startTestKernel({ plugins: [manifest] });
  const db = kernel.service(core.storage, 'identity');
  const secrets = kernel.service(core.secrets, 'identity');
  // As the migration leaves it; the plugin's own chain waits meanwhile.
  await db.transaction(async (tx) => {
    await tx.query('lock table audit_head, audit_key in access exclusive mode');
    for (const table of ['audit_log', 'audit_inbox']) await tx.query(`alter table ${table} disable trigger user`);
    await tx.query('truncate audit_log, audit_inbox, audit_key');
    for (const table of ['audit_log', 'audit_inbox']) await tx.query(`alter table ${table} enable trigger user`);
    await tx.query(`update audit_head set position = 0, hash = decode(repeat('00', 32), 'hex'), signature = null`);
  });
  const chain = new AuditChain({ db, secrets, acts: { take: async () => [] }, log: kernel.service(core.log, 'identity') });
  await chain.extend();
  expect(await verifyChain(db, secrets)).toMatchObject({ entries: 0, problem: undefined });
  await new AuditInbox(db).add(['{"entity":"test"}']);
  await chain.extend();
  expect(await verifyChain(db, secrets)).toMatchObject({ entries: 1, problem: undefined });
});
