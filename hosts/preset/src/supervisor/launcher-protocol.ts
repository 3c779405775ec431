/**
 * How a process has its supervisor start a program: by connections, one on which it asks and is told, and one for each stream of the program. The first
 * line of each says what it is. A stream is handed to the program as it is, so that nothing it reads or writes goes by the supervisor; therefore
 * nothing but the first line may be written on it before the program is there.
 */
export type StreamName = 'stdin' | 'stdout' | 'stderr';

export interface Ask {
  /** A name of the program that nobody guesses. */
  readonly id: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly streams: readonly StreamName[];
  /** For descriptor 3. */
  readonly channel?: string;
}

/** Where a launcher listens, and what it takes nobody else for. */
export interface LauncherAddress {
  readonly path: string;
  /** In the first line of each connection: other users of this machine can find the path. */
  readonly key: string;
}

export type FirstLine = { readonly key: string } & ({ readonly ask: Ask } | { readonly stream: StreamName; readonly of: string });

/** One a line: that it runs, then that it ended; or that it could not be started. */
export type Told =
  | { readonly is: 'started'; readonly pid: number }
  | { readonly is: 'ended'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly is: 'failed'; readonly code: string | undefined; readonly message: string };
