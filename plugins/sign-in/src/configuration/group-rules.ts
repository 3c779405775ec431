import type { UserGroups } from '@sextant/plugin-identity/api';
import type { Storage } from '@sextant/sdk';
import type { AuthSettings } from './auth-settings.js';

/** Under which name the groups are kept that an entry's provider tells of. */
export const groupSource = (way: string): string => `provider:${way}`;

/** Hands over what the entries say their groups give, and forgets those of entries that are no more. */
export async function applyGroupRules({ ways, complete }: AuthSettings, groups: UserGroups, db: Storage): Promise<void> {
  for (const { id, groups: rules } of ways) {
    await db.query('INSERT INTO group_sources (way) VALUES ($1) ON CONFLICT DO NOTHING', [id]);
    await groups.setRules(groupSource(id), rules);
  }
  // An entry that is wrong, or whose plugin is off, is not one that an admin took away.
  if (!complete) return;
  const gone = await db.query<{ way: string }>('SELECT way FROM group_sources WHERE NOT way = ANY($1)', [ways.map(({ id }) => id)]);
  for (const { way } of gone) {
    await groups.forget(groupSource(way));
    await db.query('DELETE FROM group_sources WHERE way = $1', [way]);
  }
}
