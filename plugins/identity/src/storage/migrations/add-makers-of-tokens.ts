import type { Migration } from '@sextant/sdk';

/** All who may know the text of a token, beside whom it was made for: who made it, and who had made the token by which it was made. */
export const addMakersOfTokens: Migration = {
  name: 'AddMakersOfTokens1764000000021',
  async up(db) {
    await db.query(`alter table access_tokens add column made_by integer[] not null default '{}'`);
    await db.query('update access_tokens set made_by = array[creator_user_id] where creator_user_id is not null');
  },
};
