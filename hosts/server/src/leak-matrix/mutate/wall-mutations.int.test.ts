import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type WallSite, wallFiles } from './wall-sites.js';

const PLUGINS = join(import.meta.dirname, '../../../../../plugins');
const ALLOWED = join(import.meta.dirname, 'redundant-sites.json');
/** Whose wall it is. Others ask who somebody is, and not what they may see of code. */
const OF_CODE = new Set(['code-host', 'git', 'search', 'highlight', 'permissions']);

const globals = globalThis as { sextantHole?: number; sextantHits?: Set<number>; sextantHoles?: object };

// By `npm run mutate:wall`: it takes minutes, and finds out what the rows of the matrix are worth.
describe.runIf(process.env['SEXTANT_MUTATE_WALL'])('the wall, taken away at each place in turn', () => {
  it('is missed by a row of the leak matrix', { timeout: 3_600_000 }, async () => {
    const files = wallFiles(PLUGINS);
    registerHooks({
      load(url, context, next) {
        const file = url.startsWith('file:') ? files.get(fileURLToPath(url)) : undefined;
        return file ? { ...next(url, context), source: file.text } : next(url, context);
      },
    });
    const { MutationRun } = await import('./mutation-run.js');
    const wanted = process.env['SEXTANT_MUTATE_WALL'] ?? '';
    const sites = [...files.values()].flatMap((file) => file.sites).filter(({ plugin }) => OF_CODE.has(plugin));
    const chosen = sites.filter(({ name }) => wanted === '1' || name.includes(wanted));
    const run = await MutationRun.start(globals);
    try {
      const red = await run.missedBy(chosen);
      const redundant = JSON.parse(readFileSync(ALLOWED, 'utf8')) as Readonly<Record<string, string>>;
      const unnoticed = chosen.filter((site) => red.get(site) === undefined);
      const line = (site: WallSite): string =>
        `${red.get(site) ?? (redundant[site.name] ? `redundant: ${redundant[site.name]}` : 'NOT NOTICED')} ← ${site.name}`;
      process.stdout.write(
        `${chosen.map(line).join('\n')}\n${chosen.length - unnoticed.length} of ${chosen.length} red, ${unnoticed.filter(({ name }) => redundant[name]).length} redundant\n`,
      );
      expect(unnoticed.map(({ name }) => name).filter((name) => !redundant[name])).toEqual([]);
      if (wanted === '1') expect(Object.keys(redundant).filter((name) => !unnoticed.some((site) => site.name === name))).toEqual([]);
    } finally {
      await run.close();
    }
  });
});
