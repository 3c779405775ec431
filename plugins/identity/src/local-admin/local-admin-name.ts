import { userInfo } from 'node:os';
import { normalizeUsername } from '../accounts/username.js';

/** What the local site admin is called: as configured, else as the account that runs Sextant, else `admin`. */
export function localAdminName(configured: string | undefined): string {
  return normalizeUsername(configured ?? accountName() ?? '') ?? 'admin';
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no entry in the list of accounts.
    return undefined;
  }
}
