import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os, { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockDataFolder } from './data-folder-lock.js';
import { type OwnerLock, takeOwnerLock } from './owner-lock.js';
import { startTicks } from './process-identity.js';

let folder: string;
let file: string;
const held: OwnerLock[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'owner-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => {
  for (const lock of held.splice(0)) lock.release();
  rmSync(folder, { recursive: true, force: true });
});

function taken(): boolean {
  const lock = takeOwnerLock(file);
  if ('heldBy' in lock) return false;
  held.push(lock);
  return true;
}

const leave = (owner: object) => writeFileSync(file, JSON.stringify(owner));
const aDeadPid = (): number => spawnSync('true').pid;

describe('owner lock', () => {
  it('is taken once, and again after release', () => {
    expect(taken()).toBe(true);
    expect(taken()).toBe(false);
    held.splice(0).forEach((lock) => {
      lock.release();
    });
    expect(existsSync(file)).toBe(false);
    expect(taken()).toBe(true);
  });

  it('is rid of what processes left that were killed while they took it, and leaves what others do now (hostile row 13)', () => {
    for (const name of ['lock.1.new', 'lock.2.old', 'lock.3.new', 'lock.json', 'other.1.new']) {
      writeFileSync(join(folder, name), 'half');
      if (name !== 'lock.3.new') utimesSync(join(folder, name), 1, 1);
    }
    expect(taken()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['lock', 'lock.3.new', 'lock.json', 'other.1.new']);
  });

  it('says which process holds it', () => {
    expect(taken()).toBe(true);
    expect(takeOwnerLock(file)).toMatchObject({ heldBy: { pid: process.pid, host: hostname() } });
  });

  it('is taken over from a process that died', () => {
    leave({ pid: aDeadPid(), host: hostname(), since: '2026-01-01T00:00:00.000Z' });
    expect(taken()).toBe(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it.runIf(startTicks(process.pid) !== undefined)('is taken over when the pid belongs to a younger process', () => {
    leave({ pid: process.pid, ticks: '1', host: hostname(), since: '2026-01-01T00:00:00.000Z' });
    expect(taken()).toBe(true);
  });

  it.runIf(process.platform === 'linux')('is taken over from a process that ended and was never waited for', async () => {
    // The shell becomes a program that never asks after its child; only then is the child let go.
    const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60 3<&-'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
    try {
      const pid = Number(await new Promise<Buffer>((done) => parent.stdio[1]?.once('data', done)));
      await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'latin1').trim()).toBe('sleep');
      (parent.stdio[3] as Writable).end();
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z ');
      leave({ pid, host: hostname(), since: '2026-01-01T00:00:00.000Z' });
      expect(taken()).toBe(true);
    } finally {
      parent.kill();
    }
  });

  it('is respected while an owner on another machine touches it', () => {
    leave({ pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z' });
    expect(taken()).toBe(false);
  });

  it('is taken over from an owner on another machine that fell silent', () => {
    leave({ pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z' });
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(file, longAgo, longAgo);
    expect(taken()).toBe(true);
  });

  it.each([3_600_000, -3_600_000])(
    'is judged and kept by the clock of the file system, when that of a process is off by %d ms (hostile row 46)',
    (off) => {
      vi.useFakeTimers({ now: Date.now() + off });
      try {
        leave({ pid: 1, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z' });
        expect(taken()).toBe(false);
        rmSync(file);
        expect(taken()).toBe(true);
        const begun = statSync(file).mtimeMs;
        utimesSync(file, 1, 1);
        vi.advanceTimersByTime(5_000);
        expect(Math.abs(statSync(file).mtimeMs - begun)).toBeLessThan(60_000);
        expect(readdirSync(folder)).toEqual(['lock']);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it.each(['', 'not json', '{"pid":"x"}'])('is taken over when its content is %j', (content) => {
    writeFileSync(file, content);
    expect(taken()).toBe(true);
  });

  it('leaves the lock of a successor alone on release', () => {
    expect(taken()).toBe(true);
    leave({ pid: process.ppid, host: hostname(), since: 'later' });
    held.splice(0).forEach((lock) => {
      lock.release();
    });
    expect(existsSync(file)).toBe(true);
  });
});

describe('data folder', () => {
  it('is made, and refused to a second owner by the name of the first', () => {
    const data = join(folder, 'new', 'data');
    const lock = lockDataFolder(data);
    held.push(lock);
    expect(() => lockDataFolder(data)).toThrow(
      expect.objectContaining({
        code: 'SEXTANT_DATA_FOLDER_IN_USE',
        why: expect.stringContaining(`Process ${process.pid} on ${hostname()}`),
      }),
    );
  });

  it('is refused in words where it cannot be made, also where making folders is never refused for good', () => {
    const refused = (at: string, why: string) =>
      expect(() => lockDataFolder(at)).toThrow(
        expect.objectContaining({ code: 'SEXTANT_DATA_FOLDER_UNUSABLE', why: expect.stringContaining(why) }),
      );
    writeFileSync(file, '');
    refused(file, 'a part of the path is a file');
    refused(join(file, 'below'), 'a part of the path is a file');
    if (process.platform === 'linux') refused('/proc/sextant/data', 'takes no new folder there');
  });

  it('is refused in words to a user without a name, as containers have', () => {
    writeFileSync(file, '');
    const user = vi.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('no such user');
    });
    syncBuiltinESMExports();
    try {
      expect(() => lockDataFolder(file)).toThrow(
        expect.objectContaining({ why: expect.stringContaining(`The user ${process.getuid?.()} `) }),
      );
    } finally {
      user.mockRestore();
      syncBuiltinESMExports();
    }
  });
});
