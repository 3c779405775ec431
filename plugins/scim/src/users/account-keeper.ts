import type { AccountDirectory, Users } from '@sextant/plugin-identity/api';
import { SextantError } from '@sextant/sdk';
import { notUnique } from '../scim-errors.js';
import { addressesOf, displayNameOf, pictureOf, type UserDocument } from './user-document.js';

const NAME_ATTEMPTS = 5;

/** Keeps the accounts as the directory says, within the transaction of its `accounts`. */
export class AccountKeeper {
  constructor(
    private readonly accounts: AccountDirectory,
    private readonly users: Users,
    /** Whether the account is another resource's already. */
    private readonly isProvisioned: (userId: number) => Promise<boolean>,
  ) {}

  /**
   * An account for the person: the one that they had and that was deleted, the one that has proved one of their addresses, or a new one.
   * @param former the account that the person had. @throws SEXTANT_SCIM_UNIQUENESS.
   */
  async establish(document: UserDocument, former: number | undefined): Promise<{ readonly userId: number; readonly adopted: boolean }> {
    const owner = await this.#ownerOf(addressesOf(document));
    if (owner !== undefined && owner !== former && (await this.isProvisioned(owner))) throw addressTaken();
    const userId = owner ?? (former === undefined ? undefined : await this.#recover(former, document));
    if (userId === undefined) return { userId: await this.#create(document), adopted: false };
    await this.bring(userId, undefined, document);
    return { userId, adopted: true };
  }

  /** Changes the account from what the directory said before to what it says now. What the person added stays. */
  async bring(userId: number, before: UserDocument | undefined, document: UserDocument): Promise<void> {
    const addresses = addressesOf(document);
    const owner = await this.#ownerOf(addresses);
    if (owner !== undefined && owner !== userId) throw addressTaken();
    const renamed =
      before !== undefined && before.userName !== document.userName ? await this.#nameFor(userId, document.userName) : undefined;
    const name = displayNameOf(document);
    const picture = pictureOf(document);
    await this.accounts.update(userId, {
      ...(renamed === undefined ? {} : { username: renamed }),
      // What the directory does not say, and never said, is the person's own to set.
      ...(name === undefined && (before === undefined || displayNameOf(before) === undefined) ? {} : { displayName: name ?? null }),
      ...(picture === undefined && (before === undefined || pictureOf(before) === undefined) ? {} : { avatarUrl: picture ?? null }),
    });
    await this.#bringAddresses(userId, before ? addressesOf(before) : [], addresses);
  }

  /** Sessions and tokens of the account end at once. @throws SEXTANT_USER_PROTECTED. */
  async end(userId: number): Promise<void> {
    try {
      await this.accounts.delete(userId, { hard: false });
    } catch (error) {
      if (!hasCode(error, 'SEXTANT_USER_NOT_FOUND')) throw error;
    }
  }

  async #create(document: UserDocument): Promise<number> {
    const name = displayNameOf(document);
    const picture = pictureOf(document);
    for (let attempt = 1; ; attempt++) {
      try {
        const user = await this.accounts.create({
          username: await this.accounts.freeUsername(document.userName),
          ...(name === undefined ? {} : { displayName: name }),
          ...(picture === undefined ? {} : { avatarUrl: picture }),
          // Whoever configured the directory believes what it says.
          emails: addressesOf(document).map((address) => ({ address, verified: true })),
        });
        return user.id;
      } catch (error) {
        // Somebody took the name that was free a moment ago.
        if (attempt === NAME_ATTEMPTS || !hasCode(error, 'SEXTANT_USER_NAME_TAKEN')) throw error;
      }
    }
  }

  /** Undefined when there is nothing to bring back. Somebody else may have the name by now. */
  async #recover(userId: number, { userName }: UserDocument): Promise<number | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const free = attempt === 1 ? undefined : await this.accounts.freeUsername(userName);
        return (await this.accounts.recover(userId, free)).id;
      } catch (error) {
        if (hasCode(error, 'SEXTANT_USER_NOT_FOUND')) return (await this.users.byId(userId))?.id;
        if (attempt === NAME_ATTEMPTS || !hasCode(error, 'SEXTANT_USER_NAME_TAKEN')) throw error;
      }
    }
  }

  /** Undefined: the account's name is made of what the directory says already. */
  async #nameFor(userId: number, userName: string): Promise<string | undefined> {
    const present = (await this.users.byId(userId))?.username.toLowerCase() ?? '';
    const free = await this.accounts.freeUsername(userName);
    const base = free.replace(/-\d+$/, '').toLowerCase();
    return present === base || present.replace(/-\d+$/, '') === base ? undefined : free;
  }

  async #bringAddresses(userId: number, before: readonly string[], wanted: readonly string[]): Promise<void> {
    const folded = (addresses: readonly string[]): ReadonlySet<string> => new Set(addresses.map((address) => address.toLowerCase()));
    const present = new Map((await this.accounts.emails([userId])).map((email) => [email.address.toLowerCase(), email]));
    for (const address of wanted) {
      const there = present.get(address.toLowerCase());
      if (!there) await this.accounts.addEmail(userId, { address, verified: true });
      else if (!there.verified) await this.accounts.setEmailVerified(userId, address, true);
    }
    const [first] = wanted;
    if (first !== undefined && !present.get(first.toLowerCase())?.primary) await this.accounts.setPrimaryEmail(userId, first);
    const stays = folded(wanted);
    for (const address of folded(before)) if (!stays.has(address) && present.has(address)) await this.accounts.removeEmail(userId, address);
  }

  async #ownerOf(addresses: readonly string[]): Promise<number | undefined> {
    const owners = [...(await this.accounts.byVerifiedEmails(addresses)).values()];
    const ids = new Set(owners.map(({ id }) => id));
    if (ids.size > 1) throw addressTaken();
    if (owners.some(({ serviceAccount }) => serviceAccount)) throw addressTaken();
    return owners[0]?.id;
  }
}

const addressTaken = (): SextantError => notUnique('One of the addresses belongs to another account.');
const hasCode = (error: unknown, code: string): boolean => SextantError.is(error) && error.code === code;
