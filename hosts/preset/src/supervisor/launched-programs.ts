import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { endGroup, localPrograms } from '@sextant/kernel';
import type { ProgramExit, ProgramOptions, Programs, RunningProgram } from '@sextant/sdk';
import type { Ask, FirstLine, LauncherAddress, StreamName, Told } from './launcher-protocol.js';

/** What connecting says when the launcher is no longer there. */
const GONE: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED', 'EACCES']);

/** Starts programs from the supervisor's process, by its `Launcher`; from this one when that is gone. */
export class LaunchedPrograms implements Programs {
  constructor(private readonly launcher: LauncherAddress) {}

  async start(program: string, options: ProgramOptions): Promise<RunningProgram> {
    const { key } = this.launcher;
    const { args = [], env, cwd, input = false, channel } = options;
    const names: readonly StreamName[] = ['stdout', 'stderr', ...(input ? (['stdin'] as const) : [])];
    const ask: Ask = { id: randomUUID(), program, args, env, cwd, streams: names, ...(channel === undefined ? {} : { channel }) };
    const launcher = this.#open({ ask, key });
    const streams = names.map((stream) => this.#open({ stream, of: ask.id, key }));
    try {
      const told = listenTo(launcher);
      const broken = Promise.withResolvers<never>();
      for (const stream of streams) stream.on('error', broken.reject);
      const pid = await Promise.race([told.started, broken.promise]);
      return running(pid, told.ended, streams);
    } catch (error) {
      for (const connection of [launcher, ...streams]) connection.destroy();
      if (GONE.has((error as NodeJS.ErrnoException).code) && launcher.pending) return await localPrograms.start(program, options);
      throw error;
    }
  }

  #open(first: FirstLine): Socket {
    const connection = connect(this.launcher.path);
    connection.on('error', () => undefined); // told to whoever listens for it
    connection.write(`${JSON.stringify(first)}\n`);
    return connection;
  }
}

function listenTo(launcher: Socket): { readonly started: Promise<number>; readonly ended: Promise<ProgramExit> } {
  const started = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<ProgramExit>();
  const hear = (told: Told): void => {
    if (told.is === 'started') started.resolve(told.pid);
    else if (told.is === 'ended') ended.resolve({ code: told.code, signal: told.signal });
    else started.reject(Object.assign(new Error(told.message), { code: told.code }));
  };
  let rest = '';
  launcher.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) hear(JSON.parse(line) as Told);
  });
  launcher.once('error', started.reject);
  launcher.once('close', () => {
    // Where it has no descriptors left it closes what it just took.
    started.reject(Object.assign(new Error('The launcher closed the connection.'), { code: 'EMFILE' }));
    ended.resolve({ code: null, signal: null });
  });
  return { started: started.promise, ended: ended.promise };
}

function running(pid: number, gone: Promise<ProgramExit>, [stdout, stderr, stdin]: readonly Socket[]): RunningProgram {
  const closed = [stdout!, stderr!].map((stream) => (stream.closed ? undefined : once(stream, 'close').catch(() => undefined)));
  const ended = Promise.all([gone, ...closed]).then(([exit]) => exit);
  void gone.then(() => stdin?.destroy());
  return { pid, stdin, stdout: stdout!, stderr: stderr!, ended, end: endGroup(pid, gone) };
}
