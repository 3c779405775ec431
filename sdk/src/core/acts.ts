import type { Actor, RequestOrigin } from './actor.js';
import type { Tx } from './storage.js';

/** Something the kernel did because somebody asked for it, such as switching a plugin off or exporting the database. */
export interface AdministrativeAct {
  readonly at: Date;
  /** What was acted on, such as `plugin` or `database`. */
  readonly entity: string;
  /** What was done, in the past tense: `enabled`, `exported`. */
  readonly action: string;
  /** Undefined: the operator at the command line, who has the database and so needs no account. */
  readonly actor: Actor | undefined;
  /** What did it, where that is neither somebody who asked nor the operator: `config file`. */
  readonly uid?: string;
  readonly request: RequestOrigin | undefined;
  /** Never a secret. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** What the kernel did at somebody's word. It is written down with the deed and kept until somebody takes it: whoever keeps an audit log. */
export interface AdministrativeActs {
  /**
   * Takes at most `limit` of them, oldest first; they are gone once `tx` commits. Two who take at once get different ones.
   * @param tx of the database `main`
   */
  take(tx: Tx, limit: number): Promise<readonly AdministrativeAct[]>;
}
