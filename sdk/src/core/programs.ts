import type { Readable, Writable } from 'node:stream';

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working folder. */
  readonly cwd: string;
  /** Its standard input is written to; default false: it is empty. */
  readonly input?: boolean;
  /** What it reads from its file descriptor 3, once and to the end: how a credential arrives that neither arguments nor the environment may hold. */
  readonly channel?: string;
}

export interface ProgramExit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProgram {
  readonly pid: number;
  /** Undefined unless `input` was asked for. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** When it is gone and its output has been taken or left. Never rejects. */
  readonly ended: Promise<ProgramExit>;
  /** Asks it and everything it started to end, and insists after two seconds. */
  end(): void;
}

/**
 * Starts other programs: from a small process of its own where there is one. To start a program copies the tables of the memory of
 * whoever starts it, during which nothing else runs there: milliseconds in a small process, a tenth of a second in a large one.
 */
export interface Programs {
  /**
   * @param program a path, or a name that is looked for in the `PATH` of `env`
   * @throws what the system says, with its `code`: `ENOENT`, `EACCES`, `EMFILE`, `EAGAIN` and so on
   */
  start(program: string, options: ProgramOptions): Promise<RunningProgram>;
}
