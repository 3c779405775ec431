import type { Queryable } from '@sextant/sdk';
import type { AuditEntry } from './audit-entry.js';

const PERSON = /^[1-9]\d{0,8}$/;
/** `subjectUID`, `impersonatedUID`; of several, with blanks between them, `subjectUIDs`. */
const OF_PEOPLE = /UIDs?$/;

/**
 * Who the numbers in entries are, as they are called now. Of a user who is deleted the last name, while the row of the account is kept; of one who is
 * forgotten nobody knows any.
 */
export class NamesInEntries {
  private constructor(private readonly known: ReadonlyMap<string, string>) {}

  static async of(db: Queryable, entries: readonly AuditEntry[]): Promise<NamesInEntries> {
    const numbers = entries.flatMap(({ actor, fields }) => [
      actor.actorUID,
      ...Object.entries(fields).flatMap(([key, value]) => (OF_PEOPLE.test(key) ? String(value).split(' ') : [])),
    ]);
    const ids = [...new Set(numbers.filter((text) => PERSON.test(text)).map(Number))];
    const rows = await db.query<{ id: number; name: string }>(
      `select id, username || case when deleted_at is null then '' else ', deleted' end as name from users where id = any($1::int[])`,
      [ids],
    );
    return new NamesInEntries(new Map(rows.map(({ id, name }) => [String(id), name])));
  }

  /** `5 (ada)`, `5 (ada, deleted)`; what is nobody's number, or of somebody forgotten, as it is. */
  beside(uid: string): string {
    const name = this.known.get(uid);
    return name === undefined ? uid : `${uid} (${name})`;
  }

  /** A field of an entry, for people. */
  field(key: string, value: unknown): string {
    return OF_PEOPLE.test(key)
      ? String(value)
          .split(' ')
          .map((uid) => this.beside(uid))
          .join(' ')
      : String(value);
  }
}
