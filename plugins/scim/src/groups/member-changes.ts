import type { Filter } from '../protocol/filter.js';
import { attributesOf, requiredValues } from '../protocol/filter.js';
import type { JsonObject } from '../protocol/json.js';
import { matches } from '../protocol/matches.js';
import type { PatchOperation } from '../protocol/patch.js';
import { isCoreSchema } from '../protocol/schemas.js';
import { invalidPath, readOnly } from '../scim-errors.js';
import type { GroupRows, MemberRow } from '../storage/group-rows.js';
import { isUuid } from '../storage/uuid.js';
import { memberIdsOf, nobody, soundIds } from './group-document.js';

const PAGE = 1000;

/** One change of who is in a group. */
export type MemberChange =
  | { readonly kind: 'add' | 'remove' | 'set'; readonly ids: readonly string[] }
  | { readonly kind: 'remove-matching'; readonly filter: Filter };

/** Undefined: the operation is about something else. @throws SEXTANT_SCIM_VALUE, _PATH, _MUTABILITY. */
export function memberChangeOf({ op, path, text, value }: PatchOperation): MemberChange | undefined {
  if (path.name.toLowerCase() !== 'members' || (path.schema !== undefined && !isCoreSchema(path.schema))) return undefined;
  // A member is there or not; nothing of it can be another.
  if (path.sub !== undefined && !(op === 'remove' && path.sub.toLowerCase() === 'value')) throw readOnly(text);
  if (path.elements !== undefined) {
    if (op !== 'remove') throw invalidPath(text, 'Members are added and replaced as a list, at the path "members".');
    return { kind: 'remove-matching', filter: path.elements };
  }
  const ids = memberIdsOf(value);
  if (op === 'remove') return ids === undefined ? { kind: 'set', ids: [] } : { kind: 'remove', ids: ids.filter(isUuid) };
  return { kind: op === 'add' ? 'add' : 'set', ids: soundIds(ids ?? []) };
}

/** Within a transaction that holds the group. @returns who came or went. @throws SEXTANT_SCIM_VALUE for ids of nobody. */
export async function changeMembers(rows: GroupRows, groupId: string, change: MemberChange): Promise<readonly string[]> {
  if (change.kind === 'remove-matching') return removeMatching(rows, groupId, change.filter);
  if (change.kind === 'remove') return rows.removeMembers(groupId, change.ids);
  const [unknown] = await rows.unknown(change.ids);
  if (unknown !== undefined) throw nobody(unknown);
  const gone = change.kind === 'set' ? await rows.keepMembers(groupId, change.ids) : [];
  return [...gone, ...(await rows.addMembers(groupId, change.ids))];
}

async function removeMatching(rows: GroupRows, groupId: string, filter: Filter): Promise<readonly string[]> {
  const ids = requiredValues(filter, 'value');
  // The filter that directories write names the members itself.
  if (ids !== undefined && attributesOf(filter).size === 1) {
    const named = ids.filter(isUuid).filter((id) => matches({ value: id }, filter));
    return rows.removeMembers(groupId, named);
  }
  const removed: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await rows.members(groupId, { after, limit: PAGE });
    const matching = page.filter((member) => matches(memberOf(member, ''), filter)).map(({ id }) => id);
    removed.push(...(await rows.removeMembers(groupId, matching)));
    after = page.at(-1)?.id;
    if (page.length < PAGE) return removed;
  }
}

export const memberOf = ({ id, userName, displayName }: MemberRow, baseUrl: string): JsonObject => ({
  value: id,
  $ref: `${baseUrl}/Users/${id}`,
  display: displayName ?? userName,
  type: 'User',
});
