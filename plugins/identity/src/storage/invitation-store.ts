import type { Clock, Queryable } from '@sextant/sdk';

/** Of one person to one organisation, by account or by address. Its secret is known to who reads the mail. */
export interface Invitation {
  readonly id: number;
  readonly organizationId: number;
  readonly senderUserId: number | undefined;
  readonly recipientUserId: number | undefined;
  readonly recipientEmail: string | undefined;
  readonly createdAt: Date;
  readonly notifiedAt: Date | undefined;
  readonly expiresAt: Date;
}

type Nullable<T> = { readonly [K in keyof T]: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] };

const COLUMNS = `id, organization_id as "organizationId", sender_user_id as "senderUserId", recipient_user_id as "recipientUserId",
  recipient_email as "recipientEmail", created_at as "createdAt", notified_at as "notifiedAt", expires_at as "expiresAt"`;

const toInvitation = (row: Nullable<Invitation>): Invitation => ({
  ...row,
  senderUserId: row.senderUserId ?? undefined,
  recipientUserId: row.recipientUserId ?? undefined,
  recipientEmail: row.recipientEmail ?? undefined,
  notifiedAt: row.notifiedAt ?? undefined,
});

/** Pending: neither answered, revoked nor expired. */
const PENDING = 'responded_at is null and revoked_at is null and expires_at > $1';

export class InvitationStore {
  constructor(
    private readonly db: Queryable,
    private readonly clock: Clock,
  ) {}

  async pendingById(id: number): Promise<Invitation | undefined> {
    return (await this.#pending('id = $2', id))[0];
  }

  async pendingByHash(secretHash: Buffer): Promise<Invitation | undefined> {
    return (await this.#pending('secret_hash = $2', secretHash))[0];
  }

  async pendingFor(organizationId: number, userId: number): Promise<Invitation | undefined> {
    return (await this.#pending('organization_id = $2 and recipient_user_id = $3', organizationId, userId))[0];
  }

  /** Pending ones by id; at most `limit`, all with an id above `afterId`. */
  async list(organizationId: number, page: { readonly limit: number; readonly afterId: number }): Promise<readonly Invitation[]> {
    return this.#pending('organization_id = $2 and id > $3 order by id limit $4', organizationId, page.afterId, page.limit);
  }

  async count(filter: { readonly organizationId: number; readonly pending: true }): Promise<number> {
    const rows = await this.db.query<{ count: number }>(
      `select count(*)::int as count from organization_invitations where ${PENDING} and organization_id = $2`,
      [this.clock.now(), filter.organizationId],
    );
    return rows[0]?.count ?? 0;
  }

  async insert(invitation: Omit<Invitation, 'id' | 'notifiedAt'> & { readonly secretHash: Buffer }): Promise<Invitation> {
    const rows = await this.db.query<Nullable<Invitation>>(
      `insert into organization_invitations
         (organization_id, sender_user_id, recipient_user_id, recipient_email, secret_hash, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
      [
        invitation.organizationId,
        invitation.senderUserId ?? null,
        invitation.recipientUserId ?? null,
        invitation.recipientEmail ?? null,
        invitation.secretHash,
        invitation.createdAt,
        invitation.expiresAt,
      ],
    );
    return toInvitation(rows[0] as Nullable<Invitation>);
  }

  async notified(id: number): Promise<void> {
    await this.db.query('update organization_invitations set notified_at = $1 where id = $2', [this.clock.now(), id]);
  }

  async answer(id: number, accepted: boolean): Promise<void> {
    await this.db.query('update organization_invitations set responded_at = $1, accepted = $3 where id = $2', [
      this.clock.now(),
      id,
      accepted,
    ]);
  }

  /** @returns false when there was nothing to revoke. */
  async revoke(id: number): Promise<boolean> {
    const rows = await this.db.query(`update organization_invitations set revoked_at = $1 where ${PENDING} and id = $2 returning id`, [
      this.clock.now(),
      id,
    ]);
    return rows.length > 0;
  }

  /** Those of one person, expired ones too. */
  async revokePending(organizationId: number, person: { readonly userId?: number; readonly email?: string }): Promise<void> {
    await this.db.query(
      `update organization_invitations set revoked_at = $1 where responded_at is null and revoked_at is null and organization_id = $2
       and (recipient_user_id = $3 or lower(recipient_email) = lower($4))`,
      [this.clock.now(), organizationId, person.userId ?? null, person.email ?? null],
    );
  }

  async #pending(condition: string, ...values: readonly unknown[]): Promise<readonly Invitation[]> {
    const rows = await this.db.query<Nullable<Invitation>>(
      `select ${COLUMNS} from organization_invitations where ${PENDING} and ${condition}`,
      [this.clock.now(), ...values],
    );
    return rows.map(toInvitation);
  }
}
