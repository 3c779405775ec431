import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Ends the program with a sentence for the person who started it, and no stack. */
export class Refusal extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const POLL_MS = 150;

/** The fields of a process behind its name, from its state on; none where the system does not tell. */
function statFields(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** When a process began, in its kernel's ticks since boot; empty where the system does not tell. With the pid it names one process for good. */
const startTicks = (pid) => statFields(pid)[19] ?? '';

function isAlive(owner) {
  const [pid, ticks] = owner.trim().split(' ');
  if (!/^\d+$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  // A process that has ended and waits for its parent to notice does nothing any more.
  if (statFields(pid)[0] === 'Z') return false;
  return !ticks || startTicks(pid) === '' || startTicks(pid) === ticks;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moves a dead owner's lock away. Reads it again after the move: another process may have taken over in between, and then it is put back. */
function removeStale(file, judged) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== judged) {
    try {
      linkSync(aside, file);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
  unlinkSync(aside);
}

/** Makes the lock with its content in one step, so that nobody ever reads an empty one. */
function take(file, owner) {
  const own = `${file}.${process.pid}.new`;
  writeFileSync(own, owner);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(own);
  }
}

/**
 * Runs `work` while no other process of this checkout holds `file`. A lock of a process that died is taken over.
 * @param file path of the lock file; it holds the owner's pid and start time
 * @param onWait called once with the owner's pid when another process holds it
 */
export async function withFileLock(file, onWait, work) {
  const owner = `${process.pid} ${startTicks(process.pid)}\n`;
  let told = false;
  while (!take(file, owner)) {
    const holder = read(file);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      removeStale(file, holder);
      continue;
    }
    if (!told) onWait(holder.split(' ')[0]);
    told = true;
    await wait(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if (read(file) === owner) unlinkSync(file);
  }
}
