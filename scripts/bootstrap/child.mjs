import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Refusal } from './file-lock.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const SAME_PRESS_MS = 1000;

/**
 * Runs a program with our stdin, stdout and stderr, and passes signals on to it.
 * @param options.channel gives the child an ipc channel, closed when this process ends
 * @param options.quiet sends the child's stdout to our stderr and gives it no stdin
 * @param options.kill ends the child by SIGKILL at the first signal: for one that takes long to end, and leaves nothing that must be whole
 * @returns the code or the signal the child ended with, and the first signal that came here
 */
export function runChild(command, args, { env, cwd, channel = false, quiet = false, kill = false }) {
  const stdio = quiet ? ['ignore', 2, 2] : ['inherit', 'inherit', 'inherit'];
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, cwd, stdio: channel ? [...stdio, 'ipc'] : stdio, shell: process.platform === 'win32' });
    const stopForwarding = forwardSignals(child, kill);
    child.once('error', (error) => {
      stopForwarding();
      fail(error.code === 'ENOENT' ? new Refusal(`Cannot run "${command}": there is no such program.\n`, 127) : error);
    });
    child.once('exit', (code, signal) => {
      const received = stopForwarding();
      if (child.connected) child.disconnect();
      done({ code, signal, received });
    });
  });
}

/**
 * One press of Ctrl-C reaches this process twice (from the terminal, and from npm) and the child once already, from the terminal. A server that takes a
 * second signal for "at once" must see one, so repeats are dropped and the first SIGINT on a terminal is left to the terminal.
 */
function forwardSignals(child, kill) {
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const last = new Map();
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      const repeated = Date.now() - (last.get(signal) ?? 0) < SAME_PRESS_MS;
      const first = !last.has(signal);
      last.set(signal, Date.now());
      if (kill) return child.kill('SIGKILL');
      if (repeated || (signal === 'SIGINT' && onTerminal && first)) return;
      child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return () => {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
    return [...last.keys()][0];
  };
}

/** Ends this process the way its child ended, so that callers see the same code or signal. */
export function endLike({ code, signal }) {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  process.exitCode = 128 + (constants.signals[signal] ?? 0);
  // SIGKILL cannot be raised on our own behalf without hiding the exit code from npm; the conventional code says the same.
  if (SIGNALS.includes(signal)) process.kill(process.pid, signal);
}
