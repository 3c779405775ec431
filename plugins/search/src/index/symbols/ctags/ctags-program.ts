/** A universal-ctags that was tried out on this machine; plain data, so that it can go to a thread. */
export interface CtagsProgram {
  readonly path: string;
  /** As it calls itself, such as `5.9.0`; another one means that all is indexed again. */
  readonly version: string;
  /** The kernel refuses it every system call but reading and writing. */
  readonly sandboxed: boolean;
  /** The languages it knows, by its own names. */
  readonly languages: readonly string[];
  /** Where it may make the temporary files that it needs; they have no name, and are gone with it. */
  readonly temporaryFolder: string;
}

/** Address space, in KiB, that a hostile file may take before its process ends. */
const MAX_MEMORY_KIB = 2 << 20;

/** The command that starts the interactive mode; nothing but stdin tells it what to do. */
export function ctagsCommand({ path, sandboxed }: Pick<CtagsProgram, 'path' | 'sandboxed'>): readonly [string, readonly string[]] {
  const parameters = [
    // First: else it reads the options of the user, and of the folder it is started in.
    '--options=NONE',
    '--quiet=yes',
    `--_interactive=${sandboxed ? 'sandbox' : 'default'}`,
    '--fields={name}{kind}{line}{scope}{scopeKind}{end}',
  ];
  if (process.platform === 'win32') return [path, parameters];
  return ['/bin/sh', ['-c', `ulimit -v ${MAX_MEMORY_KIB} 2>/dev/null; exec "$0" "$@"`, path, ...parameters]];
}

/** Nothing of this process's environment, which may hold secrets. */
export function ctagsEnvironment(temporaryFolder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, TMPDIR: temporaryFolder, LC_ALL: 'C.UTF-8' };
}
