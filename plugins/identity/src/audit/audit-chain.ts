import { type AdministrativeActs, type Logger, type Secrets, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { entryOfAct } from './audit-entry.js';
import { AuditInbox } from './audit-inbox.js';
import { canonicalJson } from './canonical-json.js';
import { type ChainHead, type ChainLink, GENESIS, linkHash } from './chain-hash.js';
import { ChainKey } from './chain-key.js';

export interface AuditChainParts {
  readonly db: Storage;
  readonly secrets: Secrets;
  readonly acts: AdministrativeActs;
  readonly log: Logger;
}

/** Entries that are put into the chain at once. */
const BATCH = 1_000;
/** Milliseconds in which more may come: a busy server puts many into the chain at once. */
const WAKE_AFTER = 100;
const LOCK = 7_355_608_115;

/**
 * Puts what was written to the inbox into the chain: one process at a time, many entries at a time, beside the requests and never in their way. An
 * entry that a killed process left behind is put there by the next who comes.
 */
export class AuditChain {
  readonly #inbox: AuditInbox;
  #wanted = false;
  #running: Promise<void> | undefined;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #problem: string | undefined;

  constructor(private readonly parts: AuditChainParts) {
    this.#inbox = new AuditInbox(parts.db);
  }

  /** Soon, with what comes until then, and without anybody waiting. */
  wake(): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => this.extend().catch(() => undefined), WAKE_AFTER).unref();
  }

  /** Why it does not grow, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Resolves when everything that was durable at the call is in the chain. @throws SEXTANT_AUDIT_HEAD, and what the database throws. */
  extend(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (this.#timer ? this.extend() : this.#running)?.catch(() => undefined);
  }

  /**
   * Signs the chain as it stands, with a new key when the old one cannot be opened, and writes down that this was done: what an operator does who has
   * looked at what `verify` found.
   */
  async reseal(record: (tx: Tx, head: ChainHead) => Promise<void>): Promise<ChainHead> {
    const { db, secrets } = this.parts;
    return db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
      const key = (await ChainKey.read(tx, secrets).catch(() => undefined)) ?? (await ChainKey.make(tx, secrets));
      const [checkpoint] = await tx.query<{ position: string; hash: Buffer }>(
        'select position, hash from audit_checkpoints order by id desc limit 1',
      );
      const [last] = await tx.query<{ position: string; hash: Buffer }>(
        'select position, hash from audit_log order by position desc limit 1',
      );
      const end = last ?? checkpoint;
      const head = end ? { position: Number(end.position), hash: end.hash } : GENESIS;
      if (checkpoint) {
        const cut = { position: Number(checkpoint.position), hash: checkpoint.hash };
        await tx.query('insert into audit_checkpoints (position, hash, signature) values ($1, $2, $3)', [
          cut.position,
          cut.hash,
          key.sign('checkpoint', cut),
        ]);
      }
      await saveHead(tx, head, key);
      await record(tx, head);
      return head;
    });
  }

  /**
   * Cuts the entries that are older than `before`. The place is signed, and written down in the chain itself. @returns how many there were
   * @throws SEXTANT_AUDIT_HEAD
   */
  async cut(before: Date, record: (tx: Tx, cut: ChainHead, entries: number) => Promise<void>): Promise<number> {
    const { db } = this.parts;
    return db.transaction(async (tx) => {
      const { key } = await this.#signedHead(tx);
      // Everything before the first that is young enough; the last entry always stays, so that the chain has an end.
      const [row] = await tx.query<{ position: string; hash: Buffer }>(
        `select position, hash from audit_log where position < coalesce(
           (select min(position) from audit_log where (entry::jsonb ->> 'timestamp') collate "C" >= $1), (select max(position) from audit_log))
         order by position desc limit 1`,
        [before.toISOString()],
      );
      if (!row) return 0;
      const cut = { position: Number(row.position), hash: row.hash };
      await tx.query(`set local sextant.audit_hand to 'audit_log'`);
      const [counted] = await tx.query<{ entries: string }>(
        'with gone as (delete from audit_log where position <= $1 returning 1) select count(*) as entries from gone',
        [cut.position],
      );
      await tx.query('insert into audit_checkpoints (position, hash, signature) values ($1, $2, $3)', [
        cut.position,
        cut.hash,
        key.sign('checkpoint', cut),
      ]);
      const entries = Number(counted?.entries);
      await record(tx, cut, entries);
      return entries;
    });
  }

  async #run(): Promise<void> {
    try {
      while (this.#wanted) {
        this.#wanted = false;
        while ((await this.parts.db.transaction((tx) => this.#batch(tx))) >= BATCH);
      }
      this.#problem = undefined;
    } catch (error) {
      if (this.#problem === undefined) this.parts.log.error('The chain of the audit log does not grow.', { error });
      this.#problem = `the chain of the audit log does not grow: ${error instanceof Error ? error.message : String(error)}`;
      throw error;
    } finally {
      this.#running = undefined;
    }
  }

  async #batch(tx: Tx): Promise<number> {
    const { head, key } = await this.#signedHead(tx);
    const acts = await this.parts.acts.take(tx, BATCH);
    if (acts.length > 0)
      await this.#inbox.add(
        acts.map((act) => canonicalJson(entryOfAct(act) as never)),
        tx,
      );
    await tx.query(`set local sextant.audit_hand to 'audit_inbox'`);
    const rows = await tx.query<{ id: string; entry: string }>(
      'delete from audit_inbox where id in (select id from audit_inbox order by id limit $1) returning id, entry',
      [BATCH],
    );
    if (rows.length === 0) return 0;
    const entries = rows.sort((a, b) => Number(a.id) - Number(b.id)).map(({ entry }) => entry);
    const links = linked(head, entries);
    await tx.query(
      'insert into audit_log (position, entry, previous, hash) select * from unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[])',
      [links.map((l) => l.position), entries, links.map((l) => l.previous), links.map((l) => l.hash)],
    );
    await saveHead(tx, links.at(-1) as ChainLink, key);
    return rows.length;
  }

  /** The head, which nobody else moves until the transaction ends. */
  async #signedHead(tx: Tx): Promise<{ readonly head: ChainHead; readonly key: ChainKey }> {
    const { secrets } = this.parts;
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const [row] = await tx.query<{ position: string; hash: Buffer; signature: Buffer | null }>(
      'select position, hash, signature from audit_head',
    );
    const head = row && { position: Number(row.position), hash: row.hash };
    const key = await ChainKey.read(tx, secrets).catch((error: unknown) => {
      throw badHead('The key that signs it cannot be opened.', error);
    });
    if (!key && head?.position === 0) {
      const made = await ChainKey.make(tx, secrets);
      // Also where no entry waits yet: a key without its signature is what somebody would leave who wrote the end anew.
      await saveHead(tx, GENESIS, made);
      return { head: GENESIS, key: made };
    }
    if (!head || !key?.hasSigned('head', head, row.signature)) throw badHead('Somebody else than Sextant has written it.');
    return { head, key };
  }
}

function linked(head: ChainHead, entries: readonly string[]): readonly ChainLink[] {
  let { position, hash } = head;
  return entries.map((entry) => {
    const previous = hash;
    hash = linkHash(previous, entry);
    position += 1;
    return { position, entry, previous, hash };
  });
}

const saveHead = (tx: Tx, head: ChainHead, key: ChainKey): Promise<unknown> =>
  tx.query(
    `insert into audit_head (position, hash, signature) values ($1, $2, $3)
     on conflict (only_row) do update set position = excluded.position, hash = excluded.hash, signature = excluded.signature`,
    [head.position, head.hash, key.sign('head', head)],
  );

const badHead = (why: string, cause?: unknown): SextantError =>
  new SextantError('SEXTANT_AUDIT_HEAD', {
    what: 'The end of the audit log does not bear the signature of this installation.',
    why,
    fix: 'Look at `sextant audit verify`; when the key file is lost or what happened is known, go on with `sextant audit reseal --yes`.',
    cause,
  });
