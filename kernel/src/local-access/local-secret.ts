import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The header in which programs send the secret. */
export const LOCAL_SECRET_HEADER = 'x-sextant-local-secret';
/** Stands beside it in the file, so that a program sends the secret to no other server of this machine. */
export const LOCAL_URL_HEADER = 'x-sextant-local-url';

/** Where a process leaves the secret of its start for the commands of its own account. */
export const localSecretFile = (dataDir: string): string => join(dataDir, 'run', 'local-secret');

/** The secret of one start: whoever has it is let in as the account that runs Sextant is, for as long as this process lives. */
export class LocalSecret {
  readonly #value = randomBytes(32).toString('base64url');

  constructor(readonly file: string) {}

  /** Writes the file, in the form that `curl -H @FILE` reads. @param url where this process listens */
  write(url: string): void {
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o711 });
    // A file that is there may be open to others, and keeps its mode when it is written to.
    rmSync(this.file, { force: true });
    writeFileSync(this.file, `${LOCAL_SECRET_HEADER}: ${this.#value}\n${LOCAL_URL_HEADER}: ${url}\n`, { mode: 0o600, flag: 'wx' });
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }

  /** The address that lets a browser in. */
  linkOf(url: string): string {
    return `${url}/-/local?token=${this.#value}`;
  }

  matches(presented: string): boolean {
    return isEqual(presented, this.#value);
  }

  /**
   * What a browser that was let in shows from then on. Browsers send cookies to every port of a host, so that a server of another
   * account could learn it: it is of no use to another account.
   */
  cookieOf(uid: number | undefined): string {
    return createHmac('sha256', this.#value)
      .update(`browser ${uid ?? 'unknown'}`)
      .digest('base64url');
  }

  hasCookie(presented: string, uid: number | undefined): boolean {
    return isEqual(presented, this.cookieOf(uid));
  }
}

/** In a time that says nothing of where they differ. */
function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
