import type { Accounts } from './accounts.js';
import type { User } from './api.js';

/** Remembers the local site admin, whom local mode asks for with every request, until something changes about the user. */
export class LocalAdmin {
  #remembered: Promise<User> | undefined;

  constructor(
    private readonly accounts: Accounts,
    private readonly name: string,
  ) {}

  get(): Promise<User> {
    const asked = (this.#remembered ??= this.accounts.localAdmin(this.name));
    // A failure is not remembered: the database may be back at the next request.
    asked.catch(() => this.#forgetIf(asked));
    return asked;
  }

  async forget(userId: number): Promise<void> {
    const remembered = this.#remembered;
    if (
      remembered &&
      (await remembered.then(
        (user) => user.id === userId,
        () => true,
      ))
    )
      this.#forgetIf(remembered);
  }

  #forgetIf(promise: Promise<User>): void {
    if (this.#remembered === promise) this.#remembered = undefined;
  }
}
