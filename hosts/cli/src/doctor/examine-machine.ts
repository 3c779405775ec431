import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { dataFolder } from '@sextant/kernel';
import { SextantError } from '@sextant/sdk';
import { KEY_STATES } from '../commands/secrets.js';
import { type KernelChoice, loadConfiguration, withKernel } from '../with-kernel.js';
import type { Finding } from './finding.js';

/** The last git release that closed known holes in cloning. */
const SAFE_GIT = [2, 50, 1] as const;
const LOW_DISK = 2 * 1024 ** 3;

/** What can be said of this machine and the configuration without a Sextant that runs. */
export async function examineMachine(options: KernelChoice): Promise<readonly Finding[]> {
  return (await Promise.all([node(), git(), configuration(options), disk(options), secrets(options)])).flat();
}

async function node(): Promise<Finding> {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    check: 'node',
    status: major >= 24 ? 'ok' : 'problem',
    detail: major >= 24 ? process.version : `${process.version} is too old: install Node 24 or newer`,
  };
}

async function git(): Promise<Finding> {
  try {
    // Not in the working folder: the settings of a repository there could name programs.
    const { stdout } = await promisify(execFile)('git', ['--version'], { cwd: dirname(process.execPath) });
    const version = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
    const numbers = [version?.[1], version?.[2], version?.[3] ?? '0'].map(Number);
    const first = SAFE_GIT.findIndex((n, i) => numbers[i] !== n);
    const old = first >= 0 && (numbers[first] ?? 0) < (SAFE_GIT[first] ?? 0);
    return {
      check: 'git',
      status: old ? 'warning' : 'ok',
      detail: old
        ? `${numbers.join('.')}: releases before ${SAFE_GIT.join('.')} have known holes; upgrade when you can`
        : numbers.join('.'),
    };
  } catch {
    return { check: 'git', status: 'problem', detail: 'git is not installed, or not in PATH' };
  }
}

async function configuration(options: KernelChoice): Promise<Finding> {
  try {
    const loaded = await loadConfiguration(options);
    return { check: 'configuration', status: 'ok', detail: loaded.file ?? 'no file; defaults and environment' };
  } catch (error) {
    return failure('configuration', error);
  }
}

function failure(check: string, error: unknown): Finding {
  if (!SextantError.is(error)) return { check, status: 'problem', detail: error instanceof Error ? error.message : String(error) };
  const { code, what, why, fix } = error;
  return { check, status: 'problem', detail: [what, why].filter(Boolean).join(' '), code, ...(fix === undefined ? {} : { fix }) };
}

/** The folder as the configuration has it; where that cannot be read, as the command line and the environment have it. */
async function disk(options: KernelChoice): Promise<Finding> {
  const check = 'data folder';
  const configured = await loadConfiguration(options).then(
    ({ process }) => process.dataDir,
    () => options.dataDir ?? process.env.SEXTANT_DATA_DIR,
  );
  const folder = dataFolder(configured);
  try {
    const at = await nearest(folder);
    if (!(await stat(at)).isDirectory()) return { check, status: 'problem', detail: `${at} is not a folder` };
    await access(at, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(at);
    const free = bavail * bsize;
    const space = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
    const text = at === folder ? `${folder}, ${space}` : `${folder} does not exist; the first start makes it, with ${space}`;
    if (free < LOW_DISK) return { check, status: 'warning', detail: `${text}: mirrors and index will soon stop growing` };
    return { check, status: 'ok', detail: text };
  } catch (error) {
    return { check, status: 'problem', detail: `${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The folder, or where it does not exist, the one above it in which it would be made. */
async function nearest(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      await stat(at);
      return at;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || at === dirname(at)) throw error;
    }
  }
}

/** Nothing is stored before the first start, and nothing is made here. */
async function secrets(options: KernelChoice): Promise<readonly Finding[]> {
  const check = 'stored credentials';
  try {
    const { keysDir, dataDir } = (await loadConfiguration(options)).process;
    if (!existsSync(join(keysDir ?? join(dataFolder(dataDir), 'keys'), 'secrets.json'))) return [];
    const { keys } = await withKernel(options, (kernel) => kernel.secrets().status(), { start: false });
    const detail = keys.map(({ id, state, values }) => `${values} under key ${id} (${KEY_STATES[state]})`).join(', ');
    if (keys.some((key) => key.state === 'missing'))
      return [{ check, status: 'problem', detail: `${detail}: restore the key file, or enter these credentials again` }];
    if (keys.some((key) => key.state === 'old' && key.values > 0))
      return [{ check, status: 'warning', detail: `${detail}: run "sextant secrets rotate" to its end` }];
    return [{ check, status: 'ok', detail }];
  } catch (error) {
    return [failure(check, error)];
  }
}
