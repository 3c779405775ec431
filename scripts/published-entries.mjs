// What we publish, entry by entry: the bundles and the API reports are made from this one list.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(fileURLToPath(import.meta.url), '..', '..');

const ENTRIES = [
  { name: 'sdk', package: 'sdk', compiled: 'sdk/dist/index', source: 'sdk/src/index.ts', bundle: 'sdk/bundle/index' },
  {
    name: 'sdk-storage',
    package: 'sdk',
    compiled: 'sdk/dist/storage/index',
    source: 'sdk/src/storage/index.ts',
    bundle: 'sdk/bundle/storage',
  },
  {
    name: 'sdk-testing',
    package: 'sdk',
    compiled: 'sdk/testing/dist/index',
    source: 'sdk/testing/src/index.ts',
    bundle: 'sdk/bundle/testing',
  },
  {
    name: 'sdk-testing-programs',
    package: 'sdk',
    compiled: 'sdk/testing/dist/programs',
    source: 'sdk/testing/src/programs.ts',
    bundle: 'sdk/bundle/testing-programs',
  },
  {
    name: 'sdk-tsyringe',
    package: 'sdk',
    compiled: 'sdk/tsyringe/dist/index',
    source: 'sdk/tsyringe/src/index.ts',
    bundle: 'sdk/bundle/tsyringe',
  },
  { name: 'kernel', package: 'kernel', compiled: 'kernel/dist/index', source: 'kernel/src/index.ts', bundle: 'kernel/bundle/index' },
  {
    name: 'kernel-programs',
    package: 'kernel',
    compiled: 'kernel/dist/programs/local-programs',
    source: 'kernel/src/programs/local-programs.ts',
    bundle: 'kernel/bundle/programs',
  },
];

/**
 * The entries whose source is there. `compiled` and `bundle` are paths from the root without extension.
 * @throws when an entry has a source and no compiled form: a check that skips what was not built would pass on nothing
 */
export function publishedEntries() {
  const present = ENTRIES.filter(({ source }) => existsSync(join(root, source)));
  const missing = present.filter(({ compiled }) => !existsSync(join(root, `${compiled}.d.ts`)));
  if (missing.length > 0) throw new Error(`Build first: ${missing.map(({ compiled }) => `${compiled}.d.ts`).join(', ')} is missing.`);
  return present;
}
