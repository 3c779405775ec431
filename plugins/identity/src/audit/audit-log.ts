import type { Actors, Clock, Logger, Tx } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import type { AuditActor, AuditFields, AuditTrail } from '../api.js';
import type { AuditConfig } from '../config.js';
import type { AuditChain } from './audit-chain.js';
import { type AuditEntry, auditEntry } from './audit-entry.js';
import type { AuditInbox } from './audit-inbox.js';
import { canonicalJson } from './canonical-json.js';
import { isRefusal, RefusalAggregator, type RefusalSummary } from './refusal-aggregator.js';

export interface AuditLogParts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly actors: Pick<Actors, 'request'>;
  readonly inbox: Pick<AuditInbox, 'add' | 'probe'>;
  readonly chain: Pick<AuditChain, 'wake' | 'close'>;
  readonly config: () => AuditConfig;
}

/** Milliseconds that an observation may wait to be written. */
const FLUSH_AFTER = 500;
/** Observations that wait while the database does not take them; beyond them they are counted, and the count is written. */
const MOST_WAITING = 10_000;

export class AuditLog implements AuditTrail {
  #waiting: string[] = [];
  #lost = 0;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #problem: string | undefined;
  readonly #refusals: RefusalAggregator;
  #summaryTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: AuditLogParts) {
    this.#refusals = new RefusalAggregator(() => this.parts.config().refusals);
  }

  async record(
    entity: string,
    action: string,
    who: AuditActor,
    fields: AuditFields = {},
    options: { readonly tx?: Tx } = {},
  ): Promise<void> {
    const entry = this.#entry(entity, action, who, fields);
    const { line, table } = this.#places(entity);
    const done = (): void => {
      if (line) this.#line(entry);
      if (table) this.parts.chain.wake();
    };
    if (table) await this.#write(entry, options.tx);
    // A line about what is rolled back would tell of what never happened.
    if (options.tx) options.tx.afterCommit(done);
    else done();
  }

  observe(entity: string, action: string, who: AuditActor, fields: AuditFields = {}): void {
    if (!this.#isWanted(entity, who)) return;
    const { line, table } = this.#places(entity);
    if (!line && !table) return;
    if (isRefusal(action)) {
      const { clock, actors } = this.parts;
      const now = clock.now().getTime();
      this.#summarize(this.#refusals.due(now));
      if (!this.#refusals.admit(entity, action, who.ip ?? actors.request()?.remoteAddress ?? '', now)) {
        this.#summaryTimer ??= setTimeout(() => void this.flush(), this.parts.config().refusals.window).unref();
        return;
      }
    }
    this.#enqueue(this.#entry(entity, action, who, fields));
  }

  #enqueue(entry: AuditEntry): void {
    const { line, table } = this.#places(entry.entity);
    if (line) this.#line(entry);
    if (!table) return;
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(canonicalJson(entry as never));
    else this.#lost += 1;
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER).unref();
  }

  /** One entry for what was counted of a kind: of the same entity and action, with how many there were, and of how many addresses. */
  #summarize(summaries: readonly RefusalSummary[]): void {
    for (const { entity, action, count, addresses, since, until } of summaries) {
      const fields = { aggregated: true, count, addresses, since: since.toISOString(), until: until.toISOString() };
      this.#enqueue(auditEntry(entity, action, { who: { uid: 'internal:identity' }, request: undefined, fields, at: until }));
    }
  }

  /** Writes what was observed, and the summaries of windows that are over. Never throws: {@link problem} says why it is not written. */
  flush(): Promise<void> {
    const now = this.parts.clock.now().getTime();
    this.#summarize(this.#refusals.due(now, this.#closing));
    clearTimeout(this.#summaryTimer);
    this.#summaryTimer = this.#refusals.pending
      ? setTimeout(() => void this.flush(), this.parts.config().refusals.window).unref()
      : undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  /** Why observations are not written, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.flush();
    await this.parts.chain.close();
  }

  async #flush(): Promise<void> {
    const { inbox, chain, log, clock } = this.parts;
    const batch = this.#waiting;
    const lost = this.#lost;
    if (batch.length + lost === 0) return;
    this.#waiting = [];
    this.#lost = 0;
    const texts =
      lost === 0
        ? batch
        : [
            ...batch,
            canonicalJson(
              auditEntry('audit.log', 'lost', {
                who: { uid: 'internal:identity' },
                request: undefined,
                fields: { entries: lost },
                at: clock.now(),
              }) as never,
            ),
          ];
    try {
      await inbox.add(texts);
      this.#problem = undefined;
      chain.wake();
    } catch (error) {
      if (this.#problem === undefined) log.error('The audit log cannot be written.', { error });
      this.#problem = `the audit log cannot be written: ${error instanceof Error ? error.message : String(error)}`;
      const kept = batch.concat(this.#waiting);
      this.#waiting = kept.slice(0, MOST_WAITING);
      this.#lost += lost + kept.length - this.#waiting.length;
      this.#timer ??= setTimeout(() => void this.flush(), 10 * FLUSH_AFTER).unref();
    }
  }

  async #write(entry: AuditEntry, tx: Tx | undefined): Promise<void> {
    try {
      await this.parts.inbox.add([canonicalJson(entry as never)], tx);
    } catch (error) {
      if (isToBeRepeated(error)) throw error;
      throw new SextantError('SEXTANT_AUDIT_UNWRITTEN', {
        what: 'The change was not made, because it could not be written to the audit log.',
        why: error instanceof Error ? error.message : String(error),
        fix: 'Mend the database (space on its disk, first of all), and try again.',
        cause: error,
      });
    }
  }

  #entry(entity: string, action: string, who: AuditActor, fields: AuditFields): AuditEntry {
    const { actors, clock } = this.parts;
    return auditEntry(entity, action, { who, request: actors.request(), fields, at: clock.now() });
  }

  #line({ fields, timestamp: _timestamp, ...entry }: AuditEntry): void {
    this.parts.log.info(`${entry.entity} ${entry.action}`, { audit: { ...entry, ...fields } });
  }

  /** Security events are those of signing in; where they go is the site's to say. Everything else goes to both places. */
  #places(entity: string): { readonly line: boolean; readonly table: boolean } {
    const { securityEvents } = this.parts.config();
    if (!entity.startsWith('auth.') && entity !== 'oauth.accessToken') return { line: true, table: true };
    return {
      line: securityEvents === 'all' || securityEvents === 'auditlog',
      table: securityEvents === 'all' || securityEvents === 'database',
    };
  }

  #isWanted(entity: string, who: AuditActor): boolean {
    const { internalTraffic, graphQL, gitserverAccess } = this.parts.config();
    if (who.actor?.kind === 'internal' && !internalTraffic) return false;
    if (entity === 'graphql') return graphQL;
    return entity === 'gitserver' || entity === 'repository' ? gitserverAccess : true;
  }
}

/** Lost connections, deadlocks and the like must reach the transaction as they are: it is done again. Classes of SQLSTATE; others have no code of five. */
function isToBeRepeated(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return !SextantError.is(error) && !(typeof code === 'string' && /^(?!40|08|57)[0-9A-Z]{5}$/.test(code));
}
