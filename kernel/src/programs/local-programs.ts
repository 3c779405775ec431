import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { ProgramExit, ProgramOptions, Programs, RunningProgram } from '@sextant/sdk';
import { endGroup } from './end-group.js';

/** Starts programs from this process. */
export const localPrograms: Programs = {
  async start(program: string, { args = [], env, cwd, input = false, channel }: ProgramOptions): Promise<RunningProgram> {
    const child = spawn(program, args, {
      env,
      cwd,
      // A group of its own, so that all it starts ends with it.
      detached: true,
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(channel === undefined ? [] : (['pipe'] as const))],
    });
    await started(child);
    if (channel !== undefined) give(child.stdio[3] as Writable, channel);
    return running(child);
  },
};

/** Without descriptors for its pipes there are no streams, and the reason comes as an event like every other one. */
async function started(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) throw (await once(child, 'error'))[0];
}

/** It may end without having read it: its exit says whether that was right. */
function give(channel: Writable, text: string): void {
  channel.on('error', () => undefined);
  channel.end(text);
}

function running(child: ChildProcess): RunningProgram {
  const { pid, stdin, stdout, stderr } = child;
  const ended = new Promise<ProgramExit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  stdin?.on('error', () => undefined);
  return {
    pid: pid!,
    stdin: stdin ?? undefined,
    stdout: stdout!,
    stderr: stderr!,
    ended,
    end: endGroup(pid!, gone),
  };
}
