import { randomUUID } from 'node:crypto';
import { type Clock, type Queryable, SextantError } from '@sextant/sdk';

/** Milliseconds that the work under a name may take; then it is given up. */
const WORK = 60_000;
/** How long a name is held for who holds it: long enough for what was given up to have ended. Who dies holds it no longer. */
const HELD_FOR = '3 minutes';
/** Milliseconds between two looks whether names have become free, and how many. */
const LOOK_EVERY = 250;
const LOOKS = 120;

/**
 * Names of mirrors that are one worker's for a moment, over all processes. They are held in rows and not in a session: who waits for a name, or for git
 * under it, holds no connection of the database meanwhile.
 */
export class HeldNames {
  constructor(
    private readonly db: Queryable,
    private readonly clock: Pick<Clock, 'sleep'>,
  ) {}

  /**
   * Does the work while all of the names are held; others that want one of them come after it.
   * @param work is given a signal that says when it has taken too long
   * @throws SEXTANT_GIT_BUSY when somebody else holds a name for longer than half a minute, or the work takes longer than a minute.
   */
  async during<R>(names: readonly string[], work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const holder = randomUUID();
    for (let look = 0; look < LOOKS; look++) {
      const signal = AbortSignal.timeout(WORK);
      try {
        if (await this.#take(names, holder)) return await work(signal);
      } catch (error) {
        throw signal.aborted ? busy('It took longer than a minute.', error) : error;
      } finally {
        await this.db.query('delete from held_names where holder = $1', [holder]);
      }
      await this.clock.sleep(LOOK_EVERY);
    }
    throw busy('Somebody else moves what stands under its name.');
  }

  /** In one order: two that want the same names do not wait for each other. */
  async #take(names: readonly string[], holder: string): Promise<boolean> {
    const wanted = [...new Set(names)].sort();
    const taken = await this.db.query(
      `insert into held_names (name, holder, held_until) select name, $2, now() + interval '${HELD_FOR}' from unnest($1::text[]) as name
       on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until where held_names.held_until < now()
       returning name`,
      [wanted, holder],
    );
    return taken.length === wanted.length;
  }
}

const busy = (why: string, cause?: unknown): SextantError =>
  new SextantError('SEXTANT_GIT_BUSY', { what: 'The mirror cannot be moved now.', why, fix: 'Try again shortly.', cause });
