#!/usr/bin/env node
// The one door to everything that runs from a checkout: `node scripts/run.mjs <verb> [argument…]`. It runs before any package is installed,
// so it and scripts/bootstrap/ import nothing but Node's own modules, and only what Node 18 has.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './bootstrap/build.mjs';
import { endLike, runChild } from './bootstrap/child.mjs';
import { Refusal } from './bootstrap/file-lock.mjs';
import { installIfNeeded } from './bootstrap/install.mjs';
import { chooseNode, environmentFor } from './bootstrap/runtime.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const nodeArguments = ['--enable-source-maps'];

/**
 * What each verb runs, and whether the build must be current first. `channel` gives the child an ipc channel whose end tells it that this process
 * is gone; tools never get one, since some of them change what they do when they see a channel. `here` keeps the folder the user called from.
 */
const VERBS = {
  start: { build: true, channel: true, here: true, script: 'hosts/cli/dist/main.js', args: (args) => ['serve', ...args] },
  sextant: { build: true, channel: true, here: true, script: 'hosts/cli/dist/main.js', args: (args) => args },
  test: { build: true, bin: 'vitest', args: (args) => ['run', ...args] },
  bench: { build: true, script: 'bench/main.mjs', args: (args) => args },
  'check-src': { build: true, script: 'scripts/check-src.mjs', args: (args) => args },
  'mutate-wall': { build: true, script: 'scripts/mutate-wall.mjs', args: (args) => args },
  layers: { build: true, script: 'scripts/check-layers.mjs', args: (args) => args },
  docs: { build: true, script: 'scripts/generate-docs.mjs', args: (args) => args },
  api: { build: true, script: 'scripts/api-report.mjs', args: (args) => args },
  pack: { build: true, script: 'scripts/pack.mjs', args: (args) => args },
  bundle: { build: true, bin: 'rollup', args: (args) => ['-c', ...args] },
  build: { build: true },
  exec: { build: false, fromArguments: true },
};

function usage() {
  return `Usage: node scripts/run.mjs <verb> [argument…]\nVerbs: ${Object.keys(VERBS).join(', ')}\n`;
}

async function main([name, ...given]) {
  // As npm does: `test -- FILTER` means `test FILTER`. Vitest would ignore what stands behind the dashes and run everything.
  const args = given[0] === '--' ? given.slice(1) : given;
  const verb = Object.hasOwn(VERBS, name ?? '') ? VERBS[name] : undefined;
  if (verb === undefined || (verb.fromArguments && args.length === 0)) throw new Refusal(usage(), 2);
  const say = (line) => process.stderr.write(`${line}\n`);
  await installIfNeeded(root, say);
  const node = chooseNode(root);
  const env = environmentFor(root, node);
  if (verb.build) await buildIfNeeded(root, { node, env, say });
  if (verb.script === undefined && verb.bin === undefined && !verb.fromArguments) return { code: 0, signal: null };
  if (verb.script !== undefined && !existsSync(join(root, verb.script)))
    throw new Refusal(`This checkout has no ${verb.script}, which "${name}" runs.\n`);
  const [command, ...rest] = verb.fromArguments
    ? [args[0] === 'node' ? node : args[0], ...args.slice(1)]
    : verb.script === undefined
      ? [verb.bin, ...verb.args(args)]
      : [node, ...nodeArguments, join(root, verb.script), ...verb.args(args)];
  return runChild(command, rest, { env, cwd: verb.here ? calledFrom() : root, channel: verb.channel });
}

/** npm runs scripts in the package's folder; a PATH argument and "the repository it stands in" mean the folder where npm was called. */
function calledFrom() {
  const { INIT_CWD, npm_package_json: packageJson } = process.env;
  return INIT_CWD && packageJson === join(root, 'package.json') && existsSync(INIT_CWD) ? INIT_CWD : process.cwd();
}

try {
  endLike(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(error.message);
  process.exitCode = error.exitCode;
}
