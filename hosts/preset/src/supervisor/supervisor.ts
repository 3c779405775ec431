import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { LauncherAddress } from './launcher-protocol.js';
import { type Runaway, readRunaway } from './runaway.js';
import { SUPERVISION, type ToProcess, type ToSupervisor } from './supervision.js';

/** The descriptor of the process under supervision that its watchdog writes to: after the three usual ones and the channel. */
const DESCRIPTOR = 4;
/** So many ends within so many milliseconds, and the supervisor gives up: whoever runs it must look. */
const MOST_RESTARTS = 10;
const WINDOW = 10 * 60_000;
const BACK_OFF = { first: 500, most: 30_000 };
/** Milliseconds after which an end does not follow from the one before. */
const HEALTHY = 60_000;
/** Milliseconds the process gets after "at once". */
const AT_ONCE = 2_000;
/**
 * For the C library of most Linux systems, which otherwise gives each thread an arena of its own and never takes it back: with the
 * threads of a search that was a quarter of the process's memory. Others do not know the variables. What is large is given back as
 * soon as it is free: with the thresholds that the library finds for itself, 50 MB of gaps stayed after some large answers.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '524288', MALLOC_TRIM_THRESHOLD_: '524288' };
/**
 * For V8, which plans for a browser's peaks: it gives new objects 134 MB on machines like ours, keeps them, and lets the old ones grow to
 * four times what is alive before it looks. These two cost some hundredths of the processor time of large answers.
 */
const HEAP = ['--max-semi-space-size=16', '--heap-growing-percent=100'];

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds since it was ready; undefined when it never was. */
  readonly lived: number | undefined;
  readonly runaway: Runaway | undefined;
}

/**
 * Starts a process and starts it again when it ends unasked: without the plugin that ran away, where its watchdog could name one.
 * It stays out of the way otherwise: the process inherits the terminal, and its exit code is the supervisor's.
 */
export class Supervisor {
  readonly #runaways = new Map<string, Runaway>();
  /** What the process found in the working folder. A file that is put there later must not change, or keep from starting, the next one. */
  #discovered: string | null | undefined;
  readonly #restarts: number[] = [];
  readonly #stopping = new AbortController();
  #process: ChildProcess | undefined;
  /** Ends in a row that came soon after the start. */
  #early = 0;

  constructor(
    private readonly script: string,
    private readonly args: readonly string[],
    private readonly say: (line: string) => void,
  ) {}

  /** @returns the exit code, when the process was asked to end, or cannot be kept running. */
  async run(): Promise<number> {
    const forget = this.#followSignals();
    await using launcher = await startLauncher();
    try {
      for (;;) {
        const end = await this.#once(launcher?.address);
        if (this.#stopping.signal.aborted) return exitCode(end);
        if (end.runaway) this.#note(end.runaway);
        // What never was ready refused to start, and said why.
        else if (end.lived === undefined) return exitCode(end);
        else this.say(`sextant: the process ended unasked (${end.signal ?? `exit code ${end.code}`}); it is started again.`);
        if (!(await this.#mayRestart(end))) return exitCode(end) || 1;
      }
    } finally {
      forget();
    }
  }

  async #once(launcher: LauncherAddress | undefined): Promise<End> {
    const child = fork(this.script, this.args, {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'],
      // The last wins: whoever starts us knows better.
      execArgv: [...HEAP, ...process.execArgv],
      env: {
        ...ALLOCATOR,
        ...process.env,
        [SUPERVISION]: JSON.stringify({
          descriptor: DESCRIPTOR,
          runaways: [...this.#runaways.values()],
          discovered: this.#discovered,
          launcher,
        }),
      },
    });
    this.#process = child;
    let ready: number | undefined;
    let runaway: Runaway | undefined;
    child.on('message', (message: ToSupervisor) => {
      if (message.is === 'ready') ready = performance.now();
      if (message.is === 'configured') this.#discovered = message.discovered;
      if (message.is === 'forgiven') this.#runaways.delete(message.plugin);
    });
    const told = createInterface({ input: child.stdio[DESCRIPTOR] as Readable });
    told.on('line', (line) => {
      runaway = readRunaway(line) ?? runaway;
    });
    return await new Promise<End>((resolve, reject) => {
      child.once('error', reject);
      // 'close' and not 'exit': what the watchdog wrote last has been read by then.
      child.once('close', (code, signal) =>
        resolve({ code, signal, runaway, lived: ready === undefined ? undefined : performance.now() - ready }),
      );
    });
  }

  #note(runaway: Runaway): void {
    if (runaway.plugin === undefined) {
      this.say(`sextant: ${runaway.reason}. No plugin could be blamed; the process is started again with all of them.`);
      return;
    }
    this.#runaways.set(runaway.plugin, runaway);
    this.say(`sextant: ${runaway.reason}. The process is started again without the plugin "${runaway.plugin}".`);
  }

  /** Waits a little longer each time. False when there were too many, or when the end is asked for meanwhile. */
  async #mayRestart(end: End): Promise<boolean> {
    const now = performance.now();
    while ((this.#restarts[0] ?? now) < now - WINDOW) this.#restarts.shift();
    this.#restarts.push(now);
    if (this.#restarts.length > MOST_RESTARTS) {
      this.say(`sextant: ended ${this.#restarts.length} times within ${WINDOW / 60_000} minutes; it is not started again.`);
      return false;
    }
    // With the plugin that ran away left out there is nothing to wait for.
    if (end.runaway?.plugin !== undefined) return true;
    const pause = Math.min(BACK_OFF.most, BACK_OFF.first * 2 ** this.#early);
    this.#early = (end.lived ?? 0) < HEALTHY ? this.#early + 1 : 0;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#stopping.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });
    return !this.#stopping.signal.aborted;
  }

  /**
   * The first signal asks the process to end, the second to end at once. From a terminal both reach the process directly too, so it is
   * asked by messages, which it can tell from a second press.
   */
  #followSignals(): () => void {
    let presses = 0;
    const ask = (what: ToProcess): void => {
      if (this.#process?.connected) this.#process.send(what, () => undefined);
    };
    const stop = (): void => {
      presses += 1;
      this.#stopping.abort();
      ask(presses === 1 ? 'stop' : 'stop at once');
      if (presses > 1) setTimeout(() => this.#process?.kill('SIGKILL'), AT_ONCE).unref();
    };
    const reload = (): void => void this.#process?.kill('SIGHUP');
    // The program that started the supervisor is gone.
    const orphaned = (): void => {
      if (!this.#stopping.signal.aborted) stop();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', reload).on('disconnect', orphaned);
    process.channel?.unref();
    return () => {
      process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', reload).off('disconnect', orphaned);
    };
  }
}

/** Megabytes; what is new to a launcher is soon gone. */
const LAUNCHER_MEMORY = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** Of Linux: elsewhere to start a program copies nothing. Where there is none, the process starts programs itself. */
async function startLauncher(): Promise<LauncherThread | undefined> {
  if (process.platform !== 'linux') return undefined;
  const thread = new Worker(new URL('./launcher-thread.js', import.meta.url), { resourceLimits: LAUNCHER_MEMORY });
  const [address] = await Promise.race([once(thread, 'message'), once(thread, 'exit').then(() => [])]).catch(() => []);
  // Whoever asked a thread that has ended hears it.
  thread.on('error', () => undefined).unref();
  return address && { address, [Symbol.asyncDispose]: async () => void (await thread.terminate()) };
}

interface LauncherThread extends AsyncDisposable {
  readonly address: LauncherAddress;
}

const exitCode = ({ code, signal }: End): number => code ?? (signal === 'SIGINT' ? 130 : 1);
