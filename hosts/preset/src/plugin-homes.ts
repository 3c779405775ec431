import { existsSync } from 'node:fs';
import { builtinPlugins } from './builtin-plugins.js';

interface Installed {
  readonly id: string;
  /** The URL of the module it was read from; undefined for what is built in. */
  readonly entry?: string | undefined;
}

/** Where the code of each plugin lies: the URL of its package's folder. One whose place is not known is left out. */
export function pluginHomes(plugins: readonly Installed[]): Readonly<Record<string, string>> {
  const builtin = new Set(builtinPlugins.map((manifest) => manifest.id));
  return Object.fromEntries(
    plugins.flatMap(({ id, entry = builtin.has(id) ? import.meta.resolve(`@sextant/plugin-${id}`) : undefined }) => {
      const home = entry === undefined ? undefined : packageOf(entry);
      return home === undefined ? [] : [[id, home]];
    }),
  );
}

function packageOf(entry: string): string | undefined {
  for (let folder = new URL('.', entry); ; folder = new URL('..', folder)) {
    if (existsSync(new URL('package.json', folder))) return folder.href;
    if (folder.pathname === '/' || new URL('..', folder).href === folder.href) return undefined;
  }
}
