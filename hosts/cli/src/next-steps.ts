import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the checkout that this program runs from; undefined when it was installed from a registry. */
export function checkoutOf(programFolder: string): string | undefined {
  const root = join(programFolder, '..', '..', '..');
  return existsSync(join(root, 'scripts', 'run.mjs')) ? root : undefined;
}

/**
 * What the author of a new plugin types, line by line. A checkout has packages that no registry has, and a Node.js that the caller may not have:
 * `userAgent` is npm's, which tells the caller's. `plugins` are those of the checkout that it stands on.
 */
export function nextSteps(
  folder: string,
  checkout: string | undefined,
  { plugins = [], userAgent = '' }: { readonly plugins?: readonly string[]; readonly userAgent?: string | undefined } = {},
): readonly string[] {
  const config = join(folder, 'sextant.config.yaml');
  if (checkout === undefined) return [`cd ${folder}`, 'npm install', 'npm test', `sextant serve --config ${config}`];
  const bin = join(checkout, 'node_modules', '.bin');
  const old = Number(/node\/v(\d+)/.exec(userAgent)?.[1] ?? 0) < 24;
  return [
    `cd ${folder}`,
    ...(old && existsSync(join(bin, 'node'))
      ? [`export PATH=${bin}:$PATH   # the Node.js 24 of the checkout; not needed with one of your own`]
      : []),
    `node ${join(checkout, 'scripts', 'run.mjs')} pack   # the packages of Sextant, which are in no registry yet`,
    ...plugins.map((plugin) => `node ${join(checkout, 'scripts', 'run.mjs')} pack plugins/${plugin}   # what the plugin stands on`),
    // Saved, the folders of this machine would be the plugin's dependencies.
    `npm install --no-save ${join(checkout, 'temp', 'packages', '*.tgz')}`,
    'npm test',
    `npm --prefix ${checkout} start -- --config ${config}`,
  ];
}
