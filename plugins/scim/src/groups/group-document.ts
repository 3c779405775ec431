import { isList, isObject, isUnassigned, type Json, type JsonObject, storable, valueIn } from '../protocol/json.js';
import { canonical } from '../protocol/schemas.js';
import { invalidSyntax, invalidValue, quoted } from '../scim-errors.js';
import { isUuid } from '../storage/uuid.js';
import { missing, shortText } from '../users/user-document.js';

/** What a directory says of a group, but for who is in it. */
export interface GroupDocument {
  readonly displayName: string;
  readonly externalId: string | undefined;
  readonly attributes: JsonObject;
}

const MAX_SIZE = 16 * 1024;
const NOT_KEPT: ReadonlySet<string> = new Set(['schemas', 'id', 'meta', 'members', 'displayName', 'externalId']);

/** @throws SEXTANT_SCIM_SYNTAX, SEXTANT_SCIM_VALUE. */
export function readGroup(body: unknown): GroupDocument {
  if (!isObject(body)) throw invalidSyntax('A group is an object.');
  const given = canonical(body);
  const attributes = storable(
    Object.fromEntries(Object.entries(given).filter(([name, value]) => !NOT_KEPT.has(name) && !isUnassigned(value))),
  ) as JsonObject;
  if (JSON.stringify(attributes).length > MAX_SIZE) throw invalidValue(`The attributes of a group may take ${MAX_SIZE / 1024} KiB.`);
  const displayName = shortText('displayName', storable(given['displayName'] ?? null))?.trim() || missing('displayName');
  if (/\p{Cc}/u.test(displayName)) throw invalidValue('The name of a group has characters that cannot be printed.');
  return { displayName, externalId: shortText('externalId', storable(given['externalId'] ?? null)), attributes };
}

/** The document as the resource that patches change. */
export const resourceOf = ({ displayName, externalId, attributes }: GroupDocument): JsonObject => ({
  displayName,
  ...(externalId === undefined ? {} : { externalId }),
  ...attributes,
});

/** The members that a request names, each once; undefined when it says nothing of them. @throws SEXTANT_SCIM_VALUE. */
export function memberIdsOf(value: Json | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (value === null) return [];
  const ids = (isList(value) ? value : [value]).map((member) => {
    const id = isObject(member) ? valueIn(member, 'value') : member;
    if (isObject(member) && /^group$/i.test(String(valueIn(member, 'type') ?? '')))
      throw invalidValue('Members of a group are users, not groups.');
    if (typeof id !== 'string') throw invalidValue('A member of a group has the id of a user as its "value".');
    return id;
  });
  return [...new Set(ids)];
}

/** @throws SEXTANT_SCIM_VALUE for what cannot be an id. */
export function soundIds(ids: readonly string[]): readonly string[] {
  const wrong = ids.find((id) => !isUuid(id));
  if (wrong !== undefined) throw nobody(wrong);
  return ids;
}

export const nobody = (id: string): Error => invalidValue(`There is no user of the id ${quoted(id)}.`, 'Create the user first.');
