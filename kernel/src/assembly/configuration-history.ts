import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { WrittenKey } from '@sextant/config';
import type { Queryable } from '@sextant/sdk';
import { actOf } from './act-table.js';

const scrypt = promisify<string, Buffer, number, Buffer>(scryptCallback);

/** A key as it was at the last look. What is hidden of it is there as a hash that takes long to guess by. */
interface Seen {
  readonly shown: string;
  readonly salt?: string;
  readonly hash?: string;
}

interface Change {
  readonly key: string;
  /** Redacted. Undefined: it was not set, or is not any more. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly source: string | undefined;
}

/** Who did it, as the audit log names it. */
const BY_FILE = 'config file';
/** Changes that are told one by one; of a file that is written anew as a whole the rest is counted. */
const MOST = 100;
const LONGEST_VALUE = 300;
const ATTEMPTS = 5;

/** What the configuration was when processes of a kind last read it, so that whoever edits a file leaves a trace, also while nothing runs. */
export class ConfigurationHistory {
  constructor(private readonly db: Queryable) {}

  /**
   * Writes down what differs from the last time, and that this is how it is now, in one statement. The first time there is nothing to compare with.
   * @param place which processes read the same file: their roles
   */
  async note(place: string, written: readonly WrittenKey[]): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const [row] = await this.db.query<{ keys: Readonly<Record<string, Seen>> }>(
        'select keys from kernel.configuration_seen where place = $1',
        [place],
      );
      const now = Object.fromEntries(
        await Promise.all(written.map(async (one) => [one.key, await seen(one, row?.keys[one.key])] as const)),
      );
      const changes = row ? changesBetween(row.keys, now, written) : [];
      if (row && changes.length === 0) return;
      const kept = await this.db.query(
        `with kept as (
           insert into kernel.configuration_seen as s (place, keys) values ($1, $2)
           on conflict (place) do update set keys = excluded.keys where s.keys = $3::jsonb returning 1
         ), told as (
           insert into kernel.administrative_acts (act) select act from kept, jsonb_array_elements($4::jsonb) as act
         ) select 1 from kept`,
        [place, JSON.stringify(now), row ? JSON.stringify(row.keys) : null, JSON.stringify(acts(place, changes))],
      );
      // Another process of this kind was sooner: it has told what we would.
      if (kept.length > 0) return;
    }
  }
}

/** As it was seen before where it is the same, so that the same file is the same row. */
async function seen({ shown, hidden }: WrittenKey, before: Seen | undefined): Promise<Seen> {
  if (hidden === undefined) return { shown };
  if (before?.salt !== undefined && before.hash !== undefined && before.shown === shown) {
    const hash = await scrypt(hidden, Buffer.from(before.salt, 'base64'), 32);
    if (timingSafeEqual(hash, Buffer.from(before.hash, 'base64'))) return before;
  }
  const salt = randomBytes(16);
  return { shown, salt: salt.toString('base64'), hash: (await scrypt(hidden, salt, 32)).toString('base64') };
}

function changesBetween(
  before: Readonly<Record<string, Seen>>,
  now: Readonly<Record<string, Seen>>,
  written: readonly WrittenKey[],
): readonly Change[] {
  const sources = new Map(written.map(({ key, source }) => [key, source]));
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((key) => {
    const [from, to] = [before[key], now[key]];
    if (from?.shown === to?.shown && from?.hash === to?.hash) return [];
    return [{ key, from: from?.shown, to: to?.shown, source: sources.get(key) }];
  });
}

function acts(process: string, changes: readonly Change[]): readonly object[] {
  const told = changes.slice(0, MOST).flatMap(({ key, from, to, source }) => {
    const fields = {
      key,
      process,
      ...(from === undefined ? {} : { from: from.slice(0, LONGEST_VALUE) }),
      ...(to === undefined ? {} : { to: to.slice(0, LONGEST_VALUE) }),
      ...(source === undefined ? {} : { source }),
    };
    const changed = actOf('configuration', 'changed', fields, BY_FILE);
    const plugin = /^plugins\.([^.]+)\.enabled$/.exec(key)?.[1];
    if (plugin === undefined || (to !== 'true' && to !== 'false')) return [changed];
    return [changed, actOf('plugin', to === 'true' ? 'enabled' : 'disabled', { plugin, process }, BY_FILE)];
  });
  const rest = changes.length - MOST;
  return rest > 0 ? [...told, actOf('configuration', 'changed', { process, furtherKeys: rest }, BY_FILE)] : told;
}
