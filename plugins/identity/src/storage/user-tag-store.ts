import type { Storage, Tx } from '@sextant/sdk';

/** Words that site admins put on users, to find them again. */
export class UserTagStore {
  constructor(private readonly db: Storage) {}

  /** Sorted. */
  async ofUsers(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly string[]>> {
    const rows = await this.db.query<{ id: number; tags: string[] }>(
      'select user_id as id, array_agg(tag order by tag) as tags from user_tags where user_id = any($1::int[]) group by user_id',
      [userIds],
    );
    return new Map(rows.map(({ id, tags }) => [id, tags]));
  }

  async set(userId: number, tag: string, present: boolean, alongside: (tx: Tx) => Promise<void>): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query(
        present
          ? 'insert into user_tags (user_id, tag) values ($1, $2) on conflict do nothing'
          : 'delete from user_tags where user_id = $1 and tag = $2',
        [userId, tag],
      );
      await alongside(tx);
    });
  }
}
