import type { Migration } from '@sextant/sdk';

export const createAuditLog: Migration = {
  name: 'CreateAuditLog1764000000020',
  async up(db) {
    await db.query('create table audit_inbox (id bigint generated always as identity primary key, entry text not null)');
    await db.query(
      'create table audit_log (position bigint primary key, entry text not null, previous bytea not null, hash bytea not null)',
    );
    // Of the entry's text itself: a column beside it could be changed alone, and the search would lie.
    for (const [name, path] of [
      ['entity', `(entry::jsonb ->> 'entity'), position`],
      ['actor', `(entry::jsonb -> 'actor' ->> 'actorUID'), position`],
      ['timestamp', `(entry::jsonb ->> 'timestamp') collate "C", position`],
    ] as const)
      await db.query(`create index audit_log_${name} on audit_log (${path})`);
    await db.query(
      'create table audit_checkpoints (id bigint generated always as identity primary key, position bigint not null, hash bytea not null, signature bytea not null)',
    );
    await db.query(
      'create table audit_head (only_row boolean primary key default true check (only_row), position bigint not null, hash bytea not null, signature bytea)',
    );
    await db.query(`insert into audit_head (position, hash) values (0, decode(repeat('00', 32), 'hex'))`);
    await db.query('create table audit_key (only_row boolean primary key default true check (only_row), sealed text not null)');
    // Against mistakes: who owns the tables can switch it off, and is found out by the chain.
    await db.query(`
      create function refuse_audit_change() returns trigger language plpgsql as $fn$
      declare
        filled boolean;
      begin
        if tg_op = 'DELETE' and current_setting('sextant.audit_hand', true) = tg_table_name then return old; end if;
        if tg_op = 'TRUNCATE' then
          execute format('select exists (select 1 from %I.%I)', tg_table_schema, tg_table_name) into filled;
          if not filled then return null; end if;
        end if;
        raise exception 'the audit log is only ever added to';
      end $fn$`);
    for (const table of ['audit_inbox', 'audit_log', 'audit_checkpoints']) {
      await db.query(`create trigger only_added before update or delete on ${table} for each row execute function refuse_audit_change()`);
      await db.query(
        `create trigger only_added_whole before truncate on ${table} for each statement execute function refuse_audit_change()`,
      );
    }
  },
};
