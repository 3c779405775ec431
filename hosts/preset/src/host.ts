import type { Role } from '@sextant/sdk';
import { supervised } from './supervisor/supervised.js';

export { supervised };

/**
 * A program that is a set of roles: `--config FILE`, `--roles a,b`, `--safe`, under a supervisor.
 * @returns the exit code.
 */
export function host(name: string, roles: readonly Role[]): Promise<number> {
  return supervised(async () => (await import('./role-host.js')).roleHost(name, roles, process.argv.slice(2)));
}
