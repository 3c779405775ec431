import { supervision } from './supervision.js';
import { Supervisor } from './supervisor.js';

/**
 * Runs a host under a supervisor: the same script once more, in a process of its own, which is started again when it ends unasked.
 * `SEXTANT_SUPERVISOR=off` runs it here, for those who supervise it themselves; a plugin that ran away is then not left out.
 *
 * This module loads nothing of Sextant, so that the supervisor stays small.
 * @returns the exit code.
 */
export async function supervised(run: () => Promise<number>): Promise<number> {
  if (supervision() !== undefined || process.env.SEXTANT_SUPERVISOR === 'off') return await run();
  const [, script, ...args] = process.argv;
  return await new Supervisor(script as string, args, (line) => process.stderr.write(`${line}\n`)).run();
}
