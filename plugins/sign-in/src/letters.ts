import type { User } from '@sextant/plugin-identity/api';
import type { Mailer } from '@sextant/plugin-notifications/api';
import type { Limits, Logger } from '@sextant/sdk';

interface LetterParts {
  readonly mailer: Mailer | undefined;
  readonly limits: Limits;
  readonly externalUrl: () => string;
  readonly log: Logger;
}

/** Letters to one address: somebody else may cause them. */
const MOST = { capacity: 5, per: 15 * 60_000 } as const;
/** Letters to whatever addresses one user gives. */
const MOST_OF_USER = { capacity: 20, per: 60 * 60_000 } as const;

/** Makes the link of a letter, once it is known that the letter goes out: a new one ends the one before, which may be in somebody's hands. */
type MakeUrl = () => Promise<string>;

/** The letters that this plugin writes. One that cannot be sent is logged, without its link, and stops nothing. Each tells whether it is on its way. */
export class Letters {
  constructor(private readonly parts: LetterParts) {}

  url(path: string): string {
    return `${this.parts.externalUrl()}${path}`;
  }

  async possible(): Promise<boolean> {
    return (await this.parts.mailer?.configured()) ?? false;
  }

  reset(user: User, to: string, url: MakeUrl): Promise<boolean> {
    return this.#send(to, 'Set your Sextant password', async () => [
      `Somebody, hopefully you, asked for a link to set the password of "${user.username}":`,
      await url(),
      'If it was not you, do nothing: without the link nothing changes.',
    ]);
  }

  handedOut(user: User, to: string, url: MakeUrl): Promise<boolean> {
    return this.#send(to, 'Set your Sextant password', async () => [
      `A site admin lets you set the password of "${user.username}" at ${this.url('')}:`,
      await url(),
      'Whoever has this link can sign in as you. It is good once, and for some hours.',
    ]);
  }

  async verification(user: User, to: string, url: MakeUrl): Promise<boolean> {
    if (!(await this.parts.limits.take(`letters-of:${user.id}`, MOST_OF_USER)).allowed) {
      this.parts.log.warn('A letter was not sent: its user has had several sent in a short time.', { userId: user.id });
      return false;
    }
    return this.#send(to, 'Confirm your email address for Sextant', async () => [
      `This address was given as one of the Sextant user "${user.username}". If that is you, sign in as "${user.username}" and confirm it here:`,
      await url(),
      'If it is not, do nothing.',
    ]);
  }

  unlock(user: User, to: string, url: MakeUrl): Promise<boolean> {
    return this.#send(to, 'Wrong passwords for your Sextant account', async () => [
      `Somebody gave wrong passwords for "${user.username}" several times, so that attempts in unknown browsers are delayed. If you cannot sign in, open this where you want to:`,
      await url(),
      'The link signs nobody in. If it was not you who gave them, do nothing; nobody came in. A long password keeps you safe.',
    ]);
  }

  changed(user: User, to: string): Promise<boolean> {
    return this.#send(to, 'Your Sextant password was changed', async () => [
      `The password of "${user.username}" at ${this.url('')} was changed.`,
      'If it was not you, ask a site admin at once.',
    ]);
  }

  /** @param what happened, such as `An authenticator app was added to` */
  secondFactor(user: User, to: string, what: string): Promise<boolean> {
    return this.#send(
      to,
      'The second factor of your Sextant account has changed',
      async () => [
        `${what} "${user.username}" at ${this.url('')}.`,
        `If it was not you, change your password, look at ${this.url('/-/account/second-factor')}, and tell a site admin.`,
      ],
      // Counted for themselves: whoever took the account over must not keep the notice back by letters of other kinds.
      'notice',
    );
  }

  async #send(to: string, subject: string, paragraphs: () => Promise<readonly string[]>, kind = 'letter'): Promise<boolean> {
    try {
      if (!(await this.possible())) return false;
      if (!(await this.parts.limits.take(`${kind}:${to.toLowerCase()}`, MOST)).allowed) {
        this.parts.log.warn('A letter was not sent: its address has had several in a short time.', { subject });
        return false;
      }
      await this.parts.mailer?.send({ to, subject, text: `${(await paragraphs()).join('\n\n')}\n` });
      return true;
    } catch (error) {
      this.parts.log.warn('A letter could not be sent.', { subject, error });
      return false;
    }
  }
}
