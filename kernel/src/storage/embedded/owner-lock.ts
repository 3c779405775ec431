import { randomInt } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isSameProcess, startTicks } from './process-identity.js';

/** The process that holds a lock. */
export interface Owner {
  readonly pid: number;
  /** Clock ticks since boot at its start, where the system tells. */
  readonly ticks?: string;
  readonly host: string;
  /** ISO time at which it took the lock. */
  readonly since: string;
}

export interface OwnerLock {
  /** Gives the lock up. Further calls do nothing. */
  release(): void;
}

const BEAT_MS = 5_000;
const SILENCE_MS = 20_000;

const hasCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function parse(content: string): Owner | undefined {
  try {
    const owner = JSON.parse(content) as Partial<Owner>;
    return Number.isInteger(owner.pid) && typeof owner.host === 'string' ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** A file beside the lock that lives for a moment. Not by the process id alone: two containers that share the folder may both have 1. */
const besides = (file: string, kind: 'new' | 'old' | 'now'): string => `${file}.${process.pid}${randomInt(2 ** 47)}.${kind}`;

/** Milliseconds since 1970 as the file system has it, which is one for all who share the folder. Their own clocks may differ by hours. */
function fileSystemTime(file: string): number {
  const probe = besides(file, 'now');
  writeFileSync(probe, '', { mode: 0o600 });
  try {
    return statSync(probe).mtimeMs;
  } finally {
    rmSync(probe, { force: true });
  }
}

/** A process of another machine or container cannot be asked whether it lives; it shows that by touching its lock. */
function isAlive(owner: Owner, file: string): boolean {
  if (owner.host === hostname()) return isSameProcess(owner.pid, owner.ticks);
  const touched = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return fileSystemTime(file) - touched < SILENCE_MS;
}

/** Shows others that the owner lives. */
function touch(file: string): void {
  const now = new Date(fileSystemTime(file));
  utimesSync(file, now, now);
}

/** Makes the file with its content in one step, so that nobody reads an empty lock. False when it exists. */
function create(file: string, content: string): boolean {
  const own = besides(file, 'new');
  writeFileSync(own, content, { mode: 0o600 });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    unlinkSync(own);
  }
}

/** Moves a dead owner's lock away, and puts it back when it turns out that someone else had taken it over in between. */
function removeStale(file: string, judged: string): void {
  const aside = besides(file, 'old');
  try {
    renameSync(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  try {
    if (read(aside) !== judged) linkSync(aside, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** What processes left that were killed while they took the lock: files that live for a moment. */
function removeAbandoned(file: string): void {
  const name = basename(file);
  const now = fileSystemTime(file);
  for (const other of readdirSync(dirname(file))) {
    if (!other.startsWith(`${name}.`) || !/^\d+\.(?:new|old|now)$/.test(other.slice(name.length + 1))) continue;
    const path = join(dirname(file), other);
    const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (touched !== undefined && now - touched > SILENCE_MS) rmSync(path, { force: true });
  }
}

/**
 * Takes the lock file for this process, or says who holds it. The lock of a process that died is taken over; so is that of another machine or container
 * that has been silent for 20 seconds.
 */
export function takeOwnerLock(file: string): OwnerLock | { readonly heldBy: Owner } {
  const ticks = startTicks(process.pid);
  const owner: Owner = { pid: process.pid, ...(ticks === undefined ? {} : { ticks }), host: hostname(), since: new Date().toISOString() };
  const content = `${JSON.stringify(owner)}\n`;
  while (!create(file, content)) {
    const found = read(file);
    if (found === undefined) continue;
    const holder = parse(found);
    if (holder !== undefined && isAlive(holder, file)) return { heldBy: holder };
    removeStale(file, found);
  }
  removeAbandoned(file);
  const beat = setInterval(() => {
    try {
      touch(file);
    } catch {
      // The folder is being removed, or its disk is gone: whoever works in it reports that with more to say than a lock can.
    }
  }, BEAT_MS);
  beat.unref();
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    clearInterval(beat);
    process.removeListener('exit', release);
    if (read(file) === content) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return { release };
}
