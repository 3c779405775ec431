import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/measure.mjs';
import { afterKill } from './after-kill.mjs';
import { Installation } from './installation.mjs';

/** The log is JSON here, where quotes are escaped. */
const MIGRATED = /Migrated \\?"/;
const DATABASE_UP = /embedded PostgreSQL is ready/;
export const migrations = (log) => log.filter((line) => MIGRATED.test(line)).length;

/**
 * Kills a start after some of its migrations: of a fresh folder, or of one whose database has none of the tables of some plugins.
 * @param {{folder: (label: string) => string, truth: object, upstream: object, total: number, fromOlder: boolean, random: object}} options `total`: migrations of a fresh start
 */
export async function killInMigration({ folder, truth, upstream, total, fromOlder, random }) {
  const victim = new Installation(folder('migration'), upstream.root);
  const pending = fromOlder ? await makeOlder(victim, truth) : total;
  try {
    const after = random.below(pending);
    let due = false;
    const reached = () => victim.log.some((line) => DATABASE_UP.test(line)) && migrations(victim.log) >= after;
    victim.spawn({ onLog: () => (due ||= reached()) });
    await until(() => due, 'the migrations', 60_000, 1);
    await new Promise((resolve) => setTimeout(resolve, random.next() * 25));
    const done = migrations(victim.log);
    const phase = done < pending && victim.url === undefined ? 'migration' : 'idle';
    const whole = random.next() < 0.7;
    await victim.kill({ whole });
    return { target: 'migration', phase, whole, detail: `${done} of ${pending} pending`, ...(await afterKill(victim, truth)) };
  } finally {
    await victim.stop();
  }
}

/** Plugins whose tables say nothing of repositories. */
const PURGED = ['site', 'identity'];

/** A filled database in which some plugins have no tables yet, as before the update that brings them. @returns how many migrations are pending. */
async function makeOlder(victim, { heads }) {
  victim.spawn();
  await victim.ready();
  await victim.settled(heads);
  await victim.stop();
  for (const plugin of PURGED) {
    const { code, lines } = await victim.command(['db', 'purge', plugin, '--yes']).done;
    if (code !== 0) throw new Error(`The purge of ${plugin} failed:\n${lines.join('\n')}`);
  }
  const { lines } = await victim.command(['db', 'plan']).done;
  return lines.filter((line) => PURGED.some((plugin) => line.startsWith(`${plugin} `))).length;
}

/** Kills an import of the undisturbed installation's database into a new folder, imports again, and starts on it. */
export async function killInImport({ folder, truth, upstream, twin, archive, random }) {
  const victim = new Installation(folder('import'), upstream.root);
  cpSync(join(twin.dataDir, 'keys'), join(victim.dataDir, 'keys'), { recursive: true });
  const after = 1 + random.below(12);
  let said = 0;
  const first = victim.command(['db', 'import', archive], () => (said += 1));
  let ended = false;
  first.done.then(() => (ended = true));
  await until(() => said >= after || ended, 'the import', 60_000, 1);
  const whole = random.next() < 0.7;
  const phase = ended ? 'idle' : 'import';
  await Installation.killCommand(first, { whole });
  // One that was killed half way is begun anew; one that had ended refuses, since the database is no longer empty.
  const second = await victim.command(['db', 'import', archive]).done;
  if (second.code !== 0 && phase === 'import' && !second.lines.some((line) => line.includes('SEXTANT_STORAGE_NOT_EMPTY')))
    throw new Error(`The import after the kill failed:\n${second.lines.join('\n')}`);
  try {
    return { target: 'import', phase, whole, detail: `after ${said} lines`, ...(await afterKill(victim, truth)) };
  } finally {
    await victim.stop();
  }
}
