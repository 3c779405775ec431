import type { Accounts, Alongside } from '../accounts/accounts.js';
import type { User } from '../api.js';

interface Remembered {
  readonly user: Promise<User>;
  id: number | undefined;
}

/** Remembers the local site admin, whom local mode asks for with every request, until something changes about the user. */
export class LocalAdmin {
  #remembered: Remembered | undefined;

  constructor(
    private readonly accounts: Accounts,
    private readonly name: string,
    private readonly madeAlongside: Alongside<User>,
  ) {}

  get(): Promise<User> {
    if (this.#remembered) return this.#remembered.user;
    const asked: Remembered = { user: this.accounts.localAdmin(this.name, this.madeAlongside), id: undefined };
    this.#remembered = asked;
    asked.user.then(
      (user) => {
        asked.id = user.id;
      },
      // A failure is not remembered: the database may be back at the next request.
      () => {
        if (this.#remembered === asked) this.#remembered = undefined;
      },
    );
    return asked.user;
  }

  forget(userId: number): void {
    // While the answer is on its way nobody knows whose change this is; asking again costs one query.
    if (this.#remembered?.id === undefined || this.#remembered.id === userId) this.#remembered = undefined;
  }
}
