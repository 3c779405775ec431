import type { Role } from '@sextant/sdk';
import { onFitNode } from './on-fit-node.js';
import { supervised } from './supervisor/supervised.js';

export { onFitNode, supervised };

/**
 * A program that is a set of roles: `--config FILE`, `--roles a,b`, `--safe`, under a supervisor.
 * @returns the exit code.
 */
export function host(name: string, roles: readonly Role[]): Promise<number> {
  const run = async (): Promise<number> => (await import('./role-host.js')).roleHost(name, roles, process.argv.slice(2));
  return onFitNode(() => supervised(run));
}
