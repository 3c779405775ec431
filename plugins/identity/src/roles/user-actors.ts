import type { Actor, Clock, Queryable } from '@sextant/sdk';
import type { CameIn, UserActors } from '../api.js';
import { ROLE_MARKS } from '../storage/role-store.js';
import type { PermissionRegistry } from './permission-registry.js';

/** What of an account makes the actor. */
export interface ActorAccount {
  readonly id: number;
  readonly username: string;
  readonly siteAdmin: boolean;
  readonly serviceAccount: boolean;
  /** As {@link ROLE_MARKS} selects them. */
  readonly roleMarks: readonly string[];
}

/** Milliseconds between two notes that somebody is active. */
const NOTED_EVERY = 5 * 60_000;
const MOST_NOTED = 100_000;

/** Who accounts are. Nobody is active by being looked at, as a site admin who acts as another does. */
export class AccountActors implements UserActors {
  /** When it was noted by this process last, in milliseconds, by user. */
  readonly #noted = new Map<number, number>();

  constructor(
    private readonly db: Queryable,
    private readonly permissions: PermissionRegistry,
  ) {}

  async actorOf(userId: number, { generation, ...cameIn }: CameIn): Promise<Actor | undefined> {
    const [account] = await this.db.query<ActorAccount>(
      `select u.id, u.username, u.site_admin as "siteAdmin", u.service_account as "serviceAccount", ${ROLE_MARKS} as "roleMarks"
       from users u where u.id = $1 and u.deleted_at is null and ($2::int is null or u.credential_generation = $2)`,
      [userId, generation ?? null],
    );
    return account && this.of(account, cameIn);
  }

  /** For plugins with credentials of their own: whoever comes in by one is active. */
  comingIn(clock: Clock): UserActors {
    return {
      actorOf: async (userId, cameIn) => {
        const actor = await this.actorOf(userId, cameIn);
        if (actor) await this.#active(userId, clock.now());
        return actor;
      },
    };
  }

  async #active(userId: number, now: Date): Promise<void> {
    const last = this.#noted.get(userId);
    if (last !== undefined && now.getTime() - last < NOTED_EVERY) return;
    // Before it is written: those who come at the same moment need not write it too.
    if (this.#noted.size >= MOST_NOTED) this.#noted.clear();
    this.#noted.set(userId, now.getTime());
    await this.db.query('update users set last_active_at = $2 where id = $1 and (last_active_at is null or last_active_at < $3)', [
      userId,
      now,
      new Date(now.getTime() - NOTED_EVERY),
    ]);
  }

  /** Of an account as it was read with the credential. */
  of({ id, username, siteAdmin, serviceAccount, roleMarks }: ActorAccount, cameIn: Omit<CameIn, 'generation'>): Actor {
    return {
      kind: 'user',
      id: `user:${id}`,
      userId: id,
      username,
      siteAdmin,
      ...(siteAdmin ? {} : { permissions: this.permissions.effective(serviceAccount, roleMarks) }),
      ...(serviceAccount ? { serviceAccount } : {}),
      ...cameIn,
    };
  }
}
