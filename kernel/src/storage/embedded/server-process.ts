import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@sextant/sdk';
import type { NativePostgres } from './native-postgres.js';
import type { ServerAccount } from './server-account.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const KEPT_LINES = 20;

/** One program of PostgreSQL while it runs: its log, its end, its signals. */
export class ServerProcess {
  /** The last lines it wrote, for the error that says why it did not start. */
  readonly lastLines: string[] = [];
  readonly ended: Promise<Ended>;
  #end: Ended | undefined;
  #ending = false;
  readonly #child: ChildProcess;
  readonly #onExit = () => this.#child.kill('SIGINT');

  constructor(account: ServerAccount, native: NativePostgres, file: string, args: readonly string[], log: Logger) {
    const command = account.command(file, args);
    // In a session of its own: Ctrl-C on our terminal must not stop the database under the requests that are still being answered.
    this.#child = spawn(command.file, command.args, {
      ...command.options,
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', ...native.env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#note(line, log));
    }
    this.ended = new Promise((done) => {
      const end = (ended: Ended) => {
        this.#end = ended;
        process.removeListener('exit', this.#onExit);
        done(ended);
      };
      this.#child.once('error', (error) => {
        this.lastLines.push(error.message);
        end({ code: null, signal: null });
      });
      this.#child.once('close', (code, signal) => end({ code, signal }));
    });
    process.on('exit', this.#onExit);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Sends each signal in turn, waiting up to `timeout` milliseconds for the end after each. */
  async end(signals: readonly NodeJS.Signals[], timeout: number): Promise<Ended | undefined> {
    this.#ending = true;
    for (const signal of signals) {
      if (this.#end !== undefined) break;
      this.#child.kill(signal);
      const timer = new AbortController();
      await Promise.race([this.ended, wait(timeout, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
    }
    return this.#end;
  }

  #note(line: string, log: Logger): void {
    if (line.trim() === '') return;
    this.lastLines.push(line);
    if (this.lastLines.length > KEPT_LINES) this.lastLines.shift();
    const severity = /^(?:\S+: )?(DEBUG|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|HINT|DETAIL):/.exec(line)?.[1];
    // A server that we stop says FATAL of each connection it closes.
    if (this.#ending) log.debug(line);
    else if (severity === 'FATAL' || severity === 'PANIC') log.error(line);
    else if (severity === 'WARNING') log.warn(line);
    else log.debug(line);
  }
}
