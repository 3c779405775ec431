import { type Secrets, SextantError, type Storage } from '@sextant/sdk';
import type { Users } from '../api.js';
import { type AuditFilter, AuditStore, type KeptEntry } from '../storage/audit-store.js';
import type { AuditChain } from './audit-chain.js';
import { OPERATOR } from './audit-entry.js';
import { AuditInbox } from './audit-inbox.js';
import type { AuditLog } from './audit-log.js';
import { type ChainHead, formatHead } from './chain-hash.js';
import { NamesInEntries } from './names-in-entries.js';
import { type ChainVerdict, type VerifyOptions, verifyChain } from './verify-chain.js';

export interface AuditReaderParts {
  readonly db: Storage;
  readonly secrets: Secrets;
  readonly chain: AuditChain;
  readonly audit: AuditLog;
  readonly users: Users;
}

/** What people ask of the audit log. */
export interface AuditQuestion {
  readonly entity?: string | null | undefined;
  readonly action?: string | null | undefined;
  /** A user's name or number; or `operator`, `anonymous`, `internal:git`. */
  readonly actor?: string | null | undefined;
  readonly since?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

const PAGE = 1_000;

/** Everything that auditors do with the log. */
export class AuditReader {
  readonly store: AuditStore;
  readonly #inbox: AuditInbox;

  constructor(private readonly parts: AuditReaderParts) {
    this.store = new AuditStore(parts.db);
    this.#inbox = new AuditInbox(parts.db);
  }

  /** Brings what is durable into the chain, so that a reader sees it. What keeps the chain from growing keeps nobody from reading it. */
  async catchUp(): Promise<void> {
    await this.parts.audit.flush();
    await this.parts.chain.extend().catch(() => undefined);
  }

  /** Why nothing can be written down, or the chain does not grow; in words. */
  async problem(): Promise<string | undefined> {
    const { audit, chain } = this.parts;
    try {
      await this.#inbox.probe();
    } catch (error) {
      return `the audit log cannot be written, and what must be audited is refused: ${error instanceof Error ? error.message : String(error)}`;
    }
    await this.catchUp();
    return audit.problem ?? chain.problem;
  }

  /** @throws SEXTANT_AUDIT_ARGUMENT for an actor that is none. */
  async filterOf({ entity, action, actor, since, until }: AuditQuestion): Promise<AuditFilter> {
    return {
      entity: entity ?? undefined,
      action: action ?? undefined,
      actor: actor == null ? undefined : await this.#uid(actor),
      since: since ?? undefined,
      until: until ?? undefined,
    };
  }

  /** Oldest first, a page at a time. */
  async *all(filter: AuditFilter, signal: AbortSignal): AsyncGenerator<KeptEntry> {
    for (let after = 0; ; ) {
      signal.throwIfAborted();
      const page = await this.store.list(filter, { limit: PAGE, after });
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1)?.position ?? after;
    }
  }

  namesIn(rows: readonly KeptEntry[]): Promise<NamesInEntries> {
    return NamesInEntries.of(
      this.parts.db,
      rows.map(({ entry }) => entry),
    );
  }

  async verify(options: VerifyOptions): Promise<ChainVerdict & { /** Durable, and not yet in the chain. */ readonly waiting: number }> {
    await this.catchUp();
    return { ...(await verifyChain(this.parts.db, this.parts.secrets, options)), waiting: await this.store.waiting() };
  }

  async reseal(): Promise<ChainHead> {
    const { audit, chain } = this.parts;
    return chain.reseal((tx, head) => audit.record('audit.log', 'resealed', OPERATOR, { head: formatHead(head) }, { tx }));
  }

  /** @returns how many entries there were */
  async cut(before: Date): Promise<number> {
    const { audit, chain } = this.parts;
    await this.catchUp();
    const entries = await chain.cut(before, (tx, head, count) =>
      audit.record(
        'audit.log',
        'cut',
        { uid: 'internal:identity' },
        { head: formatHead(head), entries: count, before: before.toISOString() },
        { tx },
      ),
    );
    if (entries > 0) await this.catchUp();
    return entries;
  }

  async #uid(actor: string): Promise<string> {
    if (/^(?:\d+|operator|anonymous|internal:[a-z0-9-]+)$/.test(actor)) return actor;
    const user = await this.parts.users.byUsername(actor);
    if (user) return String(user.id);
    throw new SextantError('SEXTANT_AUDIT_ARGUMENT', {
      what: `There is no user "${actor.slice(0, 100)}".`,
      fix: 'Write a user name; of a user who is gone the number; or operator, anonymous, internal:git.',
    });
  }
}
