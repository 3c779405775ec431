import type { Clock, Tx } from '@sextant/sdk';
import type { AccountPolicy, AuditTrail, User } from '../api.js';
import { OrganizationStore } from '../storage/organization-store.js';

const BY_CONFIGURATION = { uid: 'internal:auth.userOrgMap' } as const;

/** The organisations that every new account joins, as the site configuration says. */
export class NewcomerOrganizations {
  constructor(
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
    private readonly policy: () => AccountPolicy | undefined,
  ) {}

  /** Asked before the transaction of the account, which must not wait for a second connection. */
  async names(): Promise<readonly string[]> {
    return (await this.policy()?.newcomerOrganizations()) ?? [];
  }

  /** As if a person had added the member: who wants to may leave. */
  async join(tx: Tx, { id }: User, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const store = new OrganizationStore(tx);
    for (const organization of await store.byNames(names)) {
      await store.addMember(organization.id, id, this.clock.now(), false);
      await this.audit.record(
        'organizations.member',
        'added',
        BY_CONFIGURATION,
        { orgID: organization.id, subjectUID: String(id) },
        { tx },
      );
    }
  }
}
