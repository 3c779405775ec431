import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { localPrograms } from '@sextant/kernel';
import type { ProgramOptions, Programs, RunningProgram } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LaunchedPrograms } from './launched-programs.js';
import { Launcher } from './launcher.js';

let folder: string;
let launcher: Launcher;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-programs-'));
  launcher = await Launcher.listen();
});
afterAll(() => {
  launcher[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const piece of stream) text += piece;
  return text;
}

const ways: readonly (readonly [string, () => Programs])[] = [
  ['this process', () => localPrograms],
  ...(process.platform === 'linux' ? ([['the supervisor', () => new LaunchedPrograms(launcher.address)]] as const) : []),
];

describe.each(ways)('programs started by %s', (_name, programs) => {
  const sh = (script: string, options: Partial<ProgramOptions> = {}): Promise<RunningProgram> =>
    programs().start('sh', { args: ['-c', script], env, cwd: folder, ...options });
  const outcome = async (program: RunningProgram) => {
    const [out, err] = await Promise.all([textOf(program.stdout), textOf(program.stderr)]);
    return { out, err, ...(await program.ended) };
  };

  it('says what the program wrote, and how it ended', async () => {
    expect(await outcome(await sh('echo out; echo err >&2; exit 3'))).toEqual({ out: 'out\n', err: 'err\n', code: 3, signal: null });
    expect(await outcome(await sh('kill -9 $$'))).toEqual({ out: '', err: '', code: null, signal: 'SIGKILL' });
  });

  it('gives it its environment and folder, and nothing of ours', async () => {
    const { out } = await outcome(await sh('pwd; env', { env: { ...env, MINE: 'ä b' } }));
    expect(out.split('\n')[0]).toBe(folder);
    expect(out).toContain('MINE=ä b\n');
    expect(out).not.toContain('VITEST');
  });

  it('has an empty standard input unless it is written to', async () => {
    expect((await outcome(await sh('wc -c'))).out.trim()).toBe('0');
    const program = await sh('wc -c', { input: true });
    program.stdin!.end('four');
    expect((await outcome(program)).out.trim()).toBe('4');
  });

  it('passes many megabytes both ways at once', async () => {
    const program = await sh('cat', { input: true });
    const sent = Buffer.alloc(20 << 20, 'sextant');
    program.stdin!.end(sent);
    const pieces: Buffer[] = [];
    for await (const piece of program.stdout) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(sent)).toBe(true);
    program.stderr.resume();
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  it('goes on when the program does not read what is written to it', async () => {
    const program = await sh('exit 0', { input: true });
    program.stdin!.write(Buffer.alloc(1 << 20));
    expect(await outcome(program)).toMatchObject({ code: 0 });
  });

  it('brings a secret by descriptor 3, and by nothing that others can see', async () => {
    const { out } = await outcome(
      await sh('IFS= read -r a <&3; IFS= read -r b <&3; echo "$b-$a"; tr "\\0" "\\n" </proc/$$/environ', { channel: 'canary\nsecond\n' }),
    );
    expect(out.split('\n')[0]).toBe('second-canary');
    expect(out.slice('second-canary'.length)).not.toContain('canary');
    expect((await outcome(await sh('exit 0', { channel: 'x'.repeat(1 << 20) }))).code).toBe(0);
  });

  it('ends it with all that it started, and insists', async () => {
    const program = await sh('trap "" TERM; (trap "" TERM; while :; do sleep 0.1; done) & echo $!; wait');
    const grandchild = Number((await program.stdout[Symbol.asyncIterator]().next()).value);
    program.stderr.resume();
    program.end();
    program.end();
    expect(alive(grandchild)).toBe(true);
    expect(await program.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => alive(grandchild), { timeout: 10_000 }).toBe(false);
  });

  it('says what the system says of a program that cannot be started', async () => {
    await expect(programs().start('no-such-program', { env, cwd: folder })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(programs().start(folder, { env, cwd: folder })).rejects.toMatchObject({ code: 'EACCES' });
    await expect(sh('true', { cwd: join(folder, 'absent') })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(sh('a\0b')).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('starts many at once, each with its own streams', async () => {
    const said = await Promise.all(Array.from({ length: 40 }, async (_, i) => (await outcome(await sh(`echo ${i}`))).out));
    expect(said).toEqual(Array.from({ length: 40 }, (_, i) => `${i}\n`));
  });
});

describe.skipIf(process.platform !== 'linux')('the launcher of a supervisor', () => {
  it('ends what a process had started when that is gone', async () => {
    const own = await Launcher.listen();
    const program = await new LaunchedPrograms(own.address).start('sh', { args: ['-c', 'sleep 600'], env, cwd: folder });
    program.stdout.resume();
    program.stderr.resume();
    own[Symbol.dispose]();
    await expect.poll(() => alive(program.pid)).toBe(false);
    expect((await program.ended).code).toBeNull();
  });

  it('goes on listening in its thread when nothing is left to do', async () => {
    const thread = new Worker(new URL('../../dist/supervisor/launcher-thread.js', import.meta.url));
    const exits: unknown[] = [];
    thread.once('exit', (code) => exits.push(code));
    const [address] = await once(thread, 'message');
    for (let i = 0; i < 3; i++) {
      const program = await new LaunchedPrograms(address).start('true', { env, cwd: folder });
      program.stdout.resume();
      program.stderr.resume();
      await program.ended;
    }
    // A process starts programs itself when the launcher is gone: it must not only look as if it were there.
    expect(readFileSync('/proc/net/unix', 'utf8')).toContain(address.path.replace('\0', '@'));
    expect(exits).toEqual([]);
    await thread.terminate();
  });

  it('does nothing for whoever does not have its key, and is no file that could be left behind', async () => {
    const { path, key } = launcher.address;
    expect(path[0]).toBe('\0');
    const stranger = new LaunchedPrograms({ path, key: key.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')) });
    await expect(stranger.start('true', { env, cwd: folder })).rejects.toThrow('closed the connection');
    for (const line of ['', 'null\n', '{}\n', '{"key":1}\n', '{"ask":{"program":"true"}}\n']) {
      const socket = connect(path);
      socket.end(line);
      socket.resume();
      await once(socket, 'close');
    }
    expect((await new LaunchedPrograms(launcher.address).start('true', { env, cwd: folder })).pid).toBeGreaterThan(0);
  });

  it('is not missed when it is gone', async () => {
    const own = await Launcher.listen();
    const programs = new LaunchedPrograms(own.address);
    own[Symbol.dispose]();
    const program = await programs.start('echo', { args: ['here'], env, cwd: folder });
    program.stderr.resume();
    expect(await textOf(program.stdout)).toBe('here\n');
  });

  it('keeps no descriptor of what it started', async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const programs = new LaunchedPrograms(launcher.address);
    const one = async (): Promise<void> => {
      const program = await programs.start('true', { env, cwd: folder, input: true });
      program.stdout.resume();
      program.stderr.resume();
      await program.ended;
    };
    await one();
    const before = open();
    for (let i = 0; i < 20; i++) await one();
    await expect.poll(open).toBeLessThanOrEqual(before);
  });
});
