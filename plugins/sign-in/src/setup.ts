import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccountDirectory, AuditActor, AuditTrail, User } from '@sextant/plugin-identity/api';
import { type Clock, type Queryable, type Secret, SextantError, type Storage } from '@sextant/sdk';
import { BUILTIN } from './builtin-provider.js';
import type { LiveAuthSettings } from './configuration/auth-settings.js';
import type { Passwords } from './passwords/passwords.js';
import { LinkStore } from './storage/link-store.js';
import { PasswordStore } from './storage/password-store.js';

interface SetupParts {
  readonly db: Storage;
  readonly clock: Clock;
  readonly accounts: AccountDirectory;
  readonly passwords: Passwords;
  readonly settings: LiveAuthSettings;
  readonly audit: AuditTrail;
}

/** Milliseconds that a set-up token is good for. */
const LASTS = 30 * 24 * 3_600_000;
export const SETUP_FILE = 'setup-token';

/** The first site admin who can sign in: made once, by whoever has the token that the operator alone can read. */
export class Setup {
  readonly #links: LinkStore;

  constructor(private readonly parts: SetupParts) {
    this.#links = new LinkStore(parts.db);
  }

  /** People are to sign in, by passwords too, and no site admin ever could. Where they have none, the operator promotes somebody. */
  async needed(): Promise<boolean> {
    const { ways } = await this.parts.settings.current();
    return ways.some(({ provider }) => provider.type === BUILTIN) && !(await isInitialized(this.parts.db));
  }

  /** The operator made this token, and it was not used yet. It counts also where site admins signed in before (`setup-link --again`). */
  async knows(token: string): Promise<boolean> {
    return (await this.#links.look('setup', token, this.parts.clock.now())) !== undefined;
  }

  /** Whether somebody can come in, or could by the token. */
  async guarded(): Promise<boolean> {
    const { ways } = await this.parts.settings.current();
    if (ways.some(({ provider, noSignIn }) => provider.type !== BUILTIN && !noSignIn)) return true;
    return ways.length > 0 && ((await isInitialized(this.parts.db)) || (await this.#links.any('setup', this.parts.clock.now())));
  }

  /** A site admin has come in. */
  async done(): Promise<void> {
    await this.parts.db.query('INSERT INTO initialized DEFAULT VALUES ON CONFLICT DO NOTHING');
    await this.#links.drop(['setup'], undefined);
  }

  /** Where it is needed and there is no token, makes one. @returns the file with the token, where it is needed. */
  async prepare(folder: () => string): Promise<string | undefined> {
    if (!(await this.needed())) return undefined;
    if (!(await this.#links.any('setup', this.parts.clock.now()))) await makeSetupToken(this.parts.db, this.parts.clock, folder());
    return join(folder(), SETUP_FILE);
  }

  /**
   * Makes the first site admin, or with a token of the operator's another one.
   * @param token undefined: the account that runs Sextant asks, at the machine itself, which counts for the first one. @throws SEXTANT_SIGN_IN_INITIALIZED, and those of names and passwords.
   */
  async make(
    wanted: { readonly username: string; readonly email: string; readonly password: Secret },
    token: string | undefined,
    who: AuditActor,
  ): Promise<User> {
    const { db, clock, accounts, passwords, audit } = this.parts;
    if (!(token === undefined ? await this.needed() : await this.knows(token))) throw initialized();
    const hash = await passwords.prepare(wanted.password, wanted.username);
    return db.transaction(async (tx) => {
      // Whoever comes second waits here until the first is through.
      const first = await tx.query('INSERT INTO initialized DEFAULT VALUES ON CONFLICT DO NOTHING RETURNING once');
      const links = new LinkStore(tx);
      if (!(token === undefined ? first.length > 0 : await links.use('setup', token, clock.now()))) throw initialized();
      await links.drop(['setup'], undefined);
      const made = await accounts.within(tx).create({
        username: wanted.username,
        siteAdmin: true,
        // Nobody has proved it: whoever owns the address would otherwise be able to reset the password.
        emails: wanted.email === '' ? [] : [{ address: wanted.email, verified: false }],
      });
      await new PasswordStore(tx).set(made.id, hash, clock.now());
      await audit.record('user', 'created', who, { subjectUID: String(made.id), siteAdmin: true }, { tx });
      return made;
    });
  }
}

/** The text of a new one, in place of those before; it stands in a file of `folder` too, that nobody but the operator reads. */
export async function makeSetupToken(db: Queryable, clock: Clock, folder: string): Promise<string> {
  const token = await new LinkStore(db).make('setup', { userId: undefined, address: undefined }, clock.now(), LASTS);
  await writeFile(join(folder, SETUP_FILE), `${token}\n`, { mode: 0o600 });
  return token;
}

export const isInitialized = async (db: Queryable): Promise<boolean> => (await db.query('SELECT 1 FROM initialized')).length > 0;

const initialized = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_INITIALIZED', {
    what: 'The site is not set up by this request.',
    why: 'It has its first admin already, or the set-up token is missing, wrong or too old.',
    fix: 'Sign in; or print a new link with: sextant setup-link (--again where there was a site admin).',
  });
