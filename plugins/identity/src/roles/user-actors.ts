import type { Actor, Queryable } from '@sextant/sdk';
import type { Activity } from '../activity.js';
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

/** Who accounts are. Nobody is active by being looked at, as a site admin who acts as another does. */
export class AccountActors implements UserActors {
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
  comingIn(activity: Activity): UserActors {
    return {
      actorOf: async (userId, cameIn) => {
        const actor = await this.actorOf(userId, cameIn);
        if (actor) await activity.note(userId);
        return actor;
      },
    };
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
