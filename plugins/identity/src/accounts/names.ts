import { type Queryable, SextantError } from '@sextant/sdk';
import { foldName } from './username.js';

export type NameOwner = { readonly userId: number } | { readonly organizationId: number } | { readonly teamId: number };

/** Users, organisations and teams share one space of names. @throws SEXTANT_USER_NAME_TAKEN. */
export async function claimName(tx: Queryable, name: string, owner: NameOwner): Promise<void> {
  const [column, id] = columnOf(owner);
  const claimed = await tx.query(`insert into names (folded, ${column}) values ($1, $2) on conflict do nothing returning folded`, [
    foldName(name),
    id,
  ]);
  if (claimed.length > 0) return;
  // `src teams create` tells by these words that there is such a team, and ends with a status of its own.
  const what = 'teamId' in owner ? `The team name is already taken: "${name}".` : `The name "${name}" is taken.`;
  throw new SextantError('SEXTANT_USER_NAME_TAKEN', { what, fix: 'Choose another name.' });
}

/** Another name for who has one. @throws SEXTANT_USER_NAME_TAKEN. */
export async function renameOwner(tx: Queryable, name: string, owner: NameOwner): Promise<void> {
  const [column, id] = columnOf(owner);
  await tx.query(`delete from names where ${column} = $1`, [id]);
  await claimName(tx, name, owner);
}

function columnOf(owner: NameOwner): readonly [string, number] {
  if ('userId' in owner) return ['user_id', owner.userId];
  return 'teamId' in owner ? ['team_id', owner.teamId] : ['organization_id', owner.organizationId];
}
