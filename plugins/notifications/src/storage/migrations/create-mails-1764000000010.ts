import type { Migration } from '@sextant/sdk';

export const createMails: Migration = {
  name: 'CreateMails1764000000010',
  async up(db) {
    // A mail that was sent is gone from here; of one that was given up only the reason is kept.
    await db.query(`
      create table mails (
        id uuid primary key,
        sealed text,
        attempts int not null default 0,
        error text,
        created_at timestamptz not null default now(),
        failed_at timestamptz
      )`);
    await db.query('create index mails_failed on mails (failed_at) where failed_at is not null');
  },
};
