import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import { runChild } from './child.mjs';
import { Refusal, withFileLock } from './file-lock.mjs';
import { pinnedNode } from './runtime.mjs';

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

const fits = (list, value) =>
  list === undefined || [list].flat().some((name) => (name.startsWith('!') ? name !== `!${value}` : name === value));

let libcName;

/** "glibc" or "musl" on Linux, undefined elsewhere. The report is slow to make, so it is made once and only when asked. */
function libc() {
  if (process.platform !== 'linux') return undefined;
  libcName ??= process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  return libcName;
}

/** True for a package that npm rightly leaves out on this machine: wanted by nobody any more, or optional and made for another platform or for none. */
function mayBeAbsent(entry) {
  if (entry.extraneous) return true;
  if (!entry.optional) return false;
  if (entry.os === undefined && entry.cpu === undefined) return true;
  if (!fits(entry.os, process.platform) || !fits(entry.cpu, process.arch)) return true;
  return entry.libc !== undefined && !fits(entry.libc, libc());
}

/**
 * Why packages must be installed, or undefined when node_modules is what package-lock.json says. npm writes its own copy of the lock into
 * node_modules last, so an install that was cut short has none.
 */
export function whyInstall(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (wanted === undefined) return 'package-lock.json cannot be read';
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (present === undefined) return 'nothing is installed';
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue;
    const found = present[path];
    if (found === undefined) {
      if (entry.link ? existsSync(join(root, path)) : mayBeAbsent(entry)) continue;
      return `${path} is missing`;
    }
    if (!entry.link && (found.version !== entry.version || found.integrity !== entry.integrity)) return `${path} has changed`;
  }
  const pin = pinnedNode(root);
  return pin !== undefined && wanted[pin.lockPath] !== undefined && !existsSync(pin.file) ? `${pin.lockPath} is missing` : undefined;
}

/** Installs exactly what package-lock.json says, unless that is there. Several processes at once: one installs, the others wait for it. */
export async function installIfNeeded(root, say) {
  if (whyInstall(root) === undefined) return;
  const lock = join(root, '.install.lock');
  await withFileLock(
    lock,
    (pid) => say(`Waiting for process ${pid}, which installs packages…`),
    async () => {
      const why = whyInstall(root);
      if (why === undefined) return;
      const first = why === 'nothing is installed';
      say(first ? 'Installing packages (first start, about 30 s)…' : `Installing packages (${why})…`);
      const began = Date.now();
      await npmCi(root);
      const still = whyInstall(root);
      if (still !== undefined) throw new Refusal(`npm ci ended well, and yet ${still}. Remove node_modules and try again.\n`);
      say(`Installed in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
    },
  );
}

async function npmCi(root) {
  const args = ['ci', '--ignore-scripts', '--include=optional', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { npm_execpath: npm } = process.env;
  const [command, ...rest] = npm && basename(npm).startsWith('npm-cli') ? [process.execPath, npm, ...args] : ['npm', ...args];
  // Told to end, npm takes most of a minute to undo what the next start begins anew anyway.
  const { code, signal, received } = await runChild(command, rest, { env: process.env, cwd: root, quiet: true, kill: true });
  if (received !== undefined && code !== 0)
    throw new Refusal('Installing packages was interrupted. The next start begins it anew.\n', 128 + constants.signals[received]);
  if (code !== 0) throw new Refusal(`Installing packages failed (${signal ?? `npm ci ended with code ${code}`}).\n`, code ?? 1);
}
