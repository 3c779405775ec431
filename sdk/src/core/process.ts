import type { Role } from '../plugin/role.js';

export interface Process {
  /** The program's version. */
  readonly version: string;
  /** A name of this process that is unique while it lives. */
  readonly instance: string;
  readonly roles: readonly Role[];
  /** Where people reach Sextant, without a trailing slash; includes the path prefix. */
  readonly externalUrl: string;
  /** Only this machine can come in: bound to loopback, and no proxy is configured to pass others on. */
  readonly localMode: boolean;
  /** A proxy in front says who connects, and is believed. */
  readonly trustsProxy: boolean;
  /** A folder of this plugin's own on this machine's disk, created when first asked for. `area` is one of the data folder's. */
  folder(area: 'repos' | 'index' | 'run'): string;
  /** Tells the folders in which a Sextant stores its own things, to leave them alone. */
  readonly dataFolders: DataFolders;
}

/** Data folders on this machine: that of this process, and those of other installations as far as they can be recognised. */
export interface DataFolders {
  /** The data folder that a path is, or lies in, links resolved; undefined when it is in none. */
  around(path: string): Promise<string | undefined>;
  /**
   * Is a folder itself one? Cheaper than `around`, for a walk from above.
   * @param folder a real path
   * @param names the names of what is in it
   */
  isDataFolder(folder: string, names: readonly string[]): Promise<boolean>;
}
