import type { AccountDirectory, AuditActor, AuditTrail, User } from '@sextant/plugin-identity/api';
import type { Storage } from '@sextant/sdk';
import { SessionStore } from '../storage/session-store.js';
import { forgetDevices } from '../throttling/known-devices.js';
import { SecondFactorStore } from './second-factor-store.js';

interface ResetParts {
  readonly db: Storage;
  readonly accounts: AccountDirectory;
  readonly audit: AuditTrail;
}

/** Takes all second factors of a user away, for somebody who has lost them, and ends all sessions and sign-ins under way. @returns whether there were any */
export async function resetSecondFactors({ db, accounts, audit }: ResetParts, user: User, who: AuditActor): Promise<boolean> {
  return db.transaction(async (tx) => {
    const store = new SecondFactorStore(tx);
    await store.lock(user.id);
    const had = await store.has(user.id);
    await store.removeAll(user.id);
    await tx.query('DELETE FROM pending_sign_ins WHERE user_id = $1', [user.id]);
    await accounts.within(tx).revokeCredentials(user.id);
    await new SessionStore(tx).endOfUsers([user.id]);
    await forgetDevices(tx, user.id);
    await audit.record('user.secondFactor', 'reset', who, { subjectUID: String(user.id) }, { tx });
    return had;
  });
}
