import type { Queryable, Secrets, Storage } from '@sextant/sdk';
import { type ChainHead, type ChainLink, formatHead, GENESIS, linkHash } from './chain-hash.js';
import { ChainKey } from './chain-key.js';

export interface ChainProblem {
  /**
   * `changed`: the entry is not the one that was written. `missing`: entries before it, or at the end, are gone. `inserted`: it was put between others.
   * `reordered`: it stands elsewhere than it was written. `head`, `checkpoint`: Sextant's signature of the end, or of where the chain was cut, is not there.
   */
  readonly kind: 'changed' | 'missing' | 'inserted' | 'reordered' | 'head' | 'checkpoint';
  /** Of the first bad entry. */
  readonly position: number;
  readonly what: string;
}

export interface ChainVerdict {
  /** Entries that were looked at: all of them, or those up to the problem. */
  readonly entries: number;
  /** The first entry that is kept: those before it were cut by the site's own retention. */
  readonly from: number;
  readonly head: ChainHead;
  /** Undefined: every entry is as it was written, and none is gone. */
  readonly problem: ChainProblem | undefined;
}

export interface VerifyOptions {
  /** A head that was kept elsewhere, such as by `sextant audit head`: the chain must go through it. */
  readonly known?: ChainHead;
  readonly signal?: AbortSignal;
  progress?(entries: number): void;
}

/** Entries that are held in memory at a time. */
const PAGE = 1_000;

type Row = { readonly position: string; readonly entry: string; readonly previous: Buffer; readonly hash: Buffer };

/** Reads the whole chain as it stands at one moment, a page at a time, and names the first entry that is not as it was written. */
export async function verifyChain(db: Storage, secrets: Secrets, options: VerifyOptions = {}): Promise<ChainVerdict> {
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    return verified(tx, secrets, options);
  });
}

async function verified(db: Queryable, secrets: Secrets, options: VerifyOptions): Promise<ChainVerdict> {
  const key = await ChainKey.read(db, secrets).catch(() => undefined);
  const checkpoint = await signedRow(db, 'select position, hash, signature from audit_checkpoints order by id desc limit 1');
  const start = checkpoint?.head ?? GENESIS;
  let at = start;
  let cut: string | undefined;
  let entries = 0;
  const verdict = (problem?: ChainProblem): ChainVerdict => ({ entries, from: start.position + 1, head: at, problem });
  if (checkpoint && !key?.hasSigned('checkpoint', start, checkpoint.signature))
    return verdict({
      kind: 'checkpoint',
      position: start.position,
      what: `The place where the chain was cut (${start.position}) does not bear our signature.`,
    });

  for await (const link of links(db, options)) {
    const problem = await problemOf(link, at, db);
    if (problem) return verdict(problem);
    entries += 1;
    at = link;
    cut = cutIn(link.entry) ?? cut;
    if (options.known?.position === link.position && !options.known.hash.equals(link.hash))
      return verdict({
        kind: 'changed',
        position: link.position,
        what: `Entry ${link.position} is not the one of the head that was given: what stands up to it was written anew.`,
      });
  }
  return verdict(await endProblem(at, { db, key, start, cut, known: options.known }));
}

async function* links(db: Queryable, { signal, progress }: VerifyOptions): AsyncGenerator<ChainLink> {
  let after = Number.NEGATIVE_INFINITY;
  for (let seen = 0; ; ) {
    signal?.throwIfAborted();
    const rows = await db.query<Row>(
      'select position, entry, previous, hash from audit_log where position > $1 order by position limit $2',
      [Number.isFinite(after) ? after : '-9223372036854775808', PAGE],
    );
    for (const row of rows) yield { ...row, position: Number(row.position) };
    if (rows.length < PAGE) return;
    after = Number(rows.at(-1)?.position);
    progress?.((seen += rows.length));
  }
}

/** What is wrong with an entry that comes after those up to `before`, which are good. */
async function problemOf(link: ChainLink, before: ChainHead, db: Queryable): Promise<ChainProblem | undefined> {
  const expected = before.position + 1;
  const { position } = link;
  if (!linkHash(link.previous, link.entry).equals(link.hash)) return { kind: 'changed', position, what: `Entry ${position} was changed.` };
  if (position === expected && link.previous.equals(before.hash)) return undefined;
  if (position < expected) return { kind: 'inserted', position, what: `Entry ${position} stands before the first one that is kept.` };
  // It is whole, and belongs elsewhere: behind the entry whose hash it holds.
  const [found] = await db.query<{ position: string }>('select position from audit_log where hash = $1 limit 1', [link.previous]);
  const belongsBehind = found ? Number(found.position) : undefined;
  if (belongsBehind !== undefined && belongsBehind < before.position)
    return {
      kind: 'inserted',
      position: belongsBehind + 1,
      what: `Entry ${belongsBehind + 1} was inserted: entry ${position} was written right after ${belongsBehind}.`,
    };
  if (link.previous.equals(before.hash) || belongsBehind !== undefined)
    return { kind: 'reordered', position, what: `Entry ${position} was written elsewhere in the chain.` };
  return position > expected
    ? {
        kind: 'missing',
        position: expected,
        what: `${position - expected === 1 ? `Entry ${expected} is` : `Entries ${expected} to ${position - 1} are`} missing.`,
      }
    : { kind: 'missing', position, what: `The entry that stood before entry ${position} is missing, or was written anew.` };
}

async function endProblem(
  at: ChainHead,
  {
    db,
    key,
    start,
    cut,
    known,
  }: {
    readonly db: Queryable;
    readonly key: ChainKey | undefined;
    readonly start: ChainHead;
    readonly cut: string | undefined;
    readonly known: ChainHead | undefined;
  },
): Promise<ChainProblem | undefined> {
  const stored = await signedRow(db, 'select position, hash, signature from audit_head');
  const last = Math.max(at.position, stored?.head.position ?? 0, known?.position ?? 0);
  if (at.position < last)
    return { kind: 'missing', position: at.position + 1, what: `Entries ${at.position + 1} to ${last} are missing: the end was cut off.` };
  // Nothing was ever written: there is no key yet.
  if (at.position === 0 && !key && stored?.signature === null) return undefined;
  if (!stored || !key?.hasSigned('head', stored.head, stored.signature))
    return {
      kind: 'head',
      position: at.position,
      what: key
        ? 'The end of the chain does not bear our signature.'
        : 'The key that signs the end of the chain cannot be opened: the key file is another one.',
    };
  if (at.position > stored.head.position)
    return {
      kind: 'inserted',
      position: stored.head.position + 1,
      what: `Entry ${stored.head.position + 1} was added behind the signed end.`,
    };
  if (!stored.head.hash.equals(at.hash))
    return { kind: 'head', position: at.position, what: 'The signed end is another one: the chain was written anew.' };
  if (start.position > 0 && cut !== formatHead(start))
    return {
      kind: 'checkpoint',
      position: start.position,
      what: `The chain begins after ${start.position}, and does not say that it was cut there.`,
    };
  if (known && known.position < start.position) return undefined;
  return known && known.position === start.position && !known.hash.equals(start.hash)
    ? { kind: 'changed', position: start.position, what: 'The chain was cut behind another entry than the one of the head that was given.' }
    : undefined;
}

async function signedRow(db: Queryable, sql: string): Promise<{ readonly head: ChainHead; readonly signature: Buffer | null } | undefined> {
  const [row] = await db.query<{ position: string; hash: Buffer; signature: Buffer | null }>(sql);
  return row && { head: { position: Number(row.position), hash: row.hash }, signature: row.signature };
}

/** Where this entry says that the chain was cut. */
function cutIn(entry: string): string | undefined {
  if (!entry.includes('"entity":"audit.log"')) return undefined;
  const { entity, action, fields } = JSON.parse(entry) as { entity?: unknown; action?: unknown; fields?: { head?: unknown } };
  return entity === 'audit.log' && action === 'cut' && typeof fields?.head === 'string' ? fields.head : undefined;
}
