import type { Writable } from 'node:stream';
import { type Meter, type OpenSpan, type Programs, type RepoName, type RunningProgram, SextantError } from '@sextant/sdk';
import { type GitCommand, gitArguments } from './git-command.js';
import { type EnvironmentOptions, gitEnvironment } from './git-environment.js';
import { gitFailure } from './git-failure.js';
import { MemoryWatch } from './memory-watch.js';
import { redact } from './redact.js';
import { Semaphore } from './semaphore.js';

export interface GitRunnerOptions {
  readonly programs: Programs;
  /** The program; `git` finds it in PATH. */
  readonly program: string;
  /** An empty folder. */
  readonly home: string;
  /** Processes at once in each lane; further calls wait their turn. */
  readonly concurrency: number;
  /** Milliseconds one call may take unless it says otherwise. */
  readonly deadline: number;
  /** The same for the bulk lane; default 30 minutes. */
  readonly bulkDeadline?: number;
  /** Bytes of memory that all that read may take together; default: no limit. The largest is ended. */
  readonly memory?: number;
  /** For whom a call is: each has at most half of a lane. */
  readonly cause?: () => string | undefined;
  /** Told of every argument that was refused: the audit trail of attempts to smuggle options. */
  readonly refused?: (subcommand: string) => void;
  /** Where the processes have their spans; default: nowhere. */
  readonly meter?: Pick<Meter, 'span'>;
}

export interface RunOptions {
  readonly gitDir?: string;
  /** Which one it is about, for its span. */
  readonly repository?: RepoName;
  readonly signal?: AbortSignal;
  /** Milliseconds. */
  readonly deadline?: number;
  /** `bulk`: what lasts as long as somebody is downloading. It has slots of its own, so that slow readers block no quick answer. */
  readonly lane?: 'read' | 'bulk';
  /** Written to standard input, with back-pressure. */
  readonly input?: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;
  readonly environment?: Omit<EnvironmentOptions, 'gitDir' | 'home'>;
  /** Taken out of everything git says. */
  readonly secrets?: readonly string[];
  /** File descriptor 3 of the process, written and closed: how credentials arrive. */
  readonly channel?: string;
  /** Called with each piece of standard error, redacted. */
  readonly progress?: (text: string) => void;
  /** Exit codes that are answers; default only 0. */
  readonly accept?: readonly number[];
}

const NO_SPAN: OpenSpan = { set: () => undefined };
const STDERR_LIMIT = 16 * 1024;
const BULK_DEADLINE = 30 * 60_000;
/** A large repository needs for these what it needs, and no reader starts them. */
const UPKEEP: ReadonlySet<string> = new Set(['commit-graph', 'fsck', 'pack-refs', 'repack']);

/** The only place that starts git. */
export class GitRunner {
  private readonly slots: { readonly read: Semaphore; readonly bulk: Semaphore };

  private readonly memory: MemoryWatch | undefined;

  constructor(private readonly options: GitRunnerOptions) {
    this.memory = options.memory === undefined ? undefined : new MemoryWatch({ limit: options.memory });
    this.slots = { read: new Semaphore(options.concurrency), bulk: new Semaphore(options.concurrency) };
  }

  /** Standard output as it comes. Leaving the loop early ends the process. @throws a SEXTANT_GIT_… when git ends badly. */
  stream(command: GitCommand, run: RunOptions = {}): AsyncGenerator<Buffer, number> {
    return this.span(command.subcommand, run.repository, (span) => this.streamIn(span, command, run));
  }

  /**
   * Runs `work` in the span of a git process. Of the arguments nothing is said there: paths, what people search for, and URLs that
   * may hold a credential.
   */
  span<R>(subcommand: string, repository: RepoName | undefined, work: (span: OpenSpan) => R): R {
    const { meter } = this.options;
    if (meter === undefined) return work(NO_SPAN);
    return meter.span(`git ${subcommand}`, work, repository === undefined ? {} : { 'vcs.repository.name': repository });
  }

  private async *streamIn(span: OpenSpan, command: GitCommand, run: RunOptions): AsyncGenerator<Buffer, number> {
    const argv = this.arguments(command);
    const lane = run.lane ?? 'read';
    const deadline = run.deadline ?? (lane === 'bulk' ? (this.options.bulkDeadline ?? BULK_DEADLINE) : this.options.deadline);
    const timeout = AbortSignal.timeout(deadline);
    const signal = run.signal ? AbortSignal.any([run.signal, timeout]) : timeout;
    const asked = performance.now();
    const release = await this.slots[lane].acquire(signal, this.options.cause?.()).catch((error) => {
      throw this.reason(run, timeout, command.subcommand, deadline) ?? error;
    });
    span.set('sextant.git.waited_ms', Math.round(performance.now() - asked));
    try {
      const git = await this.start(argv, run);
      const stop = () => git.end();
      signal.addEventListener('abort', stop, { once: true });
      let tooLarge = false;
      const memory = UPKEEP.has(command.subcommand) ? undefined : this.memory;
      const unwatch = memory?.add(git.pid, () => {
        tooLarge = true;
        stop();
      });
      let complete = false;
      let bytes = 0;
      try {
        if (signal.aborted) stop();
        for await (const chunk of git.stdout) {
          bytes += (chunk as Buffer).length;
          yield chunk as Buffer;
        }
        complete = true;
      } catch (error) {
        throw this.reason(run, timeout, command.subcommand, deadline) ?? error;
      } finally {
        signal.removeEventListener('abort', stop);
        unwatch?.();
        span.set('sextant.git.bytes', bytes);
        if (!complete) stop();
      }
      const exit = await git.ended;
      if (exit.code !== null) span.set('process.exit.code', exit.code);
      if (tooLarge) throw tookMemory(command.subcommand);
      const stopped = this.reason(run, timeout, command.subcommand, deadline);
      if (stopped) throw stopped;
      if (exit.code === null || !(run.accept ?? [0]).includes(exit.code)) throw gitFailure(command.subcommand, exit, git.said());
      return exit.code;
    } finally {
      release();
    }
  }

  /** All of standard output. @throws SEXTANT_GIT_TOO_LARGE beyond `limit` bytes. */
  async output(command: GitCommand, run: RunOptions & { readonly limit?: number } = {}): Promise<Buffer> {
    const limit = run.limit ?? 16 * 1024 * 1024;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.stream(command, run)) {
      size += chunk.length;
      if (size > limit)
        throw new SextantError('SEXTANT_GIT_TOO_LARGE', {
          what: `The answer of git ${command.subcommand} is larger than ${limit} bytes.`,
          fix: 'Ask for less.',
        });
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async text(command: GitCommand, run: RunOptions & { readonly limit?: number } = {}): Promise<string> {
    return (await this.output(command, run)).toString('utf8').trimEnd();
  }

  /** A process that lives until it is ended, for the batch readers. It takes no slot: its pool bounds it. */
  async open(command: GitCommand, run: Pick<RunOptions, 'gitDir'>): Promise<RunningGit> {
    return await this.start(this.arguments(command), run, 'talk');
  }

  private arguments(command: GitCommand): readonly string[] {
    try {
      return gitArguments(command);
    } catch (error) {
      this.options.refused?.(command.subcommand);
      throw error;
    }
  }

  private async start(argv: readonly string[], run: RunOptions, input: 'talk' | 'feed' = 'feed'): Promise<RunningGit> {
    const env = gitEnvironment({ ...run.environment, home: this.options.home, ...(run.gitDir ? { gitDir: run.gitDir } : {}) });
    const process = await this.options.programs
      .start(this.options.program, {
        args: argv,
        env,
        cwd: this.options.home,
        input: input === 'talk' || run.input !== undefined,
        ...(run.channel === undefined ? {} : { channel: run.channel }),
      })
      .catch((error: NodeJS.ErrnoException) => {
        throw notStarted(error);
      });
    let said = '';
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      const clean = redact(text, run.secrets);
      said = (said + clean).slice(-STDERR_LIMIT);
      run.progress?.(clean);
    });
    process.stdin?.on('error', () => {}); // git may end before it read everything; its exit says whether that was right
    if (run.input) void feed(process.stdin!, run.input);
    return { ...process, said: () => redact(said, run.secrets) };
  }

  private reason(run: RunOptions, timeout: AbortSignal, subcommand: string, deadline: number): unknown {
    if (run.signal?.aborted) return run.signal.reason;
    if (!timeout.aborted) return undefined;
    return new SextantError('SEXTANT_GIT_TIMEOUT', {
      what: `git ${subcommand} took longer than ${deadline} ms.`,
      fix: 'Ask for less, or raise the deadline in the configuration of git.',
    });
  }
}

const tookMemory = (subcommand: string): SextantError =>
  new SextantError('SEXTANT_GIT_TOO_LARGE', {
    what: `git ${subcommand} took too much memory and was ended.`,
    why: 'The repository has more paths, or larger files, than can be answered at once.',
    fix: 'Ask for less, such as one folder; or raise maxReadMemory in the configuration of git.',
  });

const EXHAUSTED: Readonly<Record<string, string>> = {
  EMFILE: 'The process has no file descriptors left.',
  ENFILE: 'The machine has no file descriptors left.',
  EAGAIN: 'The machine can start no further process for this user.',
  ENOMEM: 'The machine has no memory left for it.',
};

function notStarted(cause: NodeJS.ErrnoException): SextantError {
  const exhausted = EXHAUSTED[cause.code ?? ''];
  return exhausted
    ? new SextantError('SEXTANT_GIT_EXHAUSTED', {
        what: 'git could not be started.',
        why: exhausted,
        fix: 'Try again; raise the limits of open files and processes (ulimit -n, ulimit -u) when it comes back.',
        cause,
      })
    : new SextantError('SEXTANT_GIT_FAILED', {
        what: 'git could not be started.',
        why: 'The program is missing or may not be run.',
        fix: 'Install git 2.38 or newer and put it in PATH.',
        cause,
      });
}

export interface RunningGit extends RunningProgram {
  /** The end of its standard error, redacted. */
  said(): string;
}

async function feed(stdin: Writable, input: NonNullable<RunOptions['input']>): Promise<void> {
  try {
    for await (const piece of input) {
      if (stdin.destroyed) return;
      if (!stdin.write(piece)) await drained(stdin);
    }
    stdin.end();
  } catch {
    stdin.destroy();
  }
}

/** It takes more, or nothing any more. */
const drained = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
