// By what names tokens, points and events are imported.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { core } from '@sextant/sdk';

/** What `@sextant/sdk` and the `./api` of each plugin export under a key: `{ key, name, isEvent }`, by key. */
export async function publishedNames(root) {
  const found = Object.entries(core).map(([name, { key }]) => ({ key, name: `core.${name}`, isEvent: false }));
  for (const plugin of readdirSync(join(root, 'plugins'))) {
    const api = join(root, 'plugins', plugin, 'dist', 'api.js');
    if (!existsSync(api)) continue;
    for (const [name, value] of Object.entries(await import(pathToFileURL(api).href)))
      if (typeof value?.key === 'string') found.push({ key: value.key, name, isEvent: value.kind === undefined });
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}
