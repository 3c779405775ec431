import { validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAboutTwin } from './ask-about-twin.js';
import { askCold } from './ask-cold.js';
import { askForCounts } from './ask-for-counts.js';
import { askWhileRevoked } from './ask-while-revoked.js';
import { askAll, inWords, type MatrixResult } from './matrix.js';
import type { PluginRows } from './row.js';
import { allRows, PLUGINS_WITH_ROWS } from './rows/all-rows.js';
import { coverageOf, enumerateSurfaces, type SurfaceSources } from './surfaces.js';
import { aWorld, type World } from './world/a-world.js';
import { type AskerName, may, questionsOf } from './world/questions.js';
import { surfaceSources } from './world/surface-sources.js';

export interface MatrixOptions {
  /** Connection string of the database server; undefined: the run's. */
  readonly server: string | undefined;
  /** Who asks, besides the site admin who is walled in. */
  readonly askers: readonly AskerName[];
}

/** The whole matrix over one database. @param title which one */
export function describeLeakMatrix(title: string, options: MatrixOptions): void {
  let world: World;
  let sources: SurfaceSources;
  let plugins: readonly PluginRows[];
  const begun = performance.now();
  let cells = 0;

  beforeAll(async () => {
    world = await aWorld(options);
    sources = await surfaceSources(world.kernel);
    plugins = allRows(sources.schema);
  }, 120_000);
  afterAll(async () => {
    process.stdout.write(
      `leak matrix, ${title}: ${enumerateSurfaces(sources).length} surfaces, ${plugins.flatMap(({ rows }) => rows).length} rows, ${options.askers.length + 1} users, 6 repositories, ${cells} cases, ${((performance.now() - begun) / 1000).toFixed(1)} s\n`,
    );
    await world.close();
  });

  describe('the surfaces of Sextant (row 18)', () => {
    it('are all asked by a row, or have a reason why they hold nothing of code', () => {
      expect(coverageOf(enumerateSurfaces(sources), sources.schema, plugins)).toEqual({ missing: [], idle: [] });
    });

    it('are asked by operations that the schema has', () => {
      for (const { name, document } of plugins.flatMap(({ rows }) => rows))
        if (document) expect({ name, errors: validate(sources.schema, document).map(String) }).toEqual({ name, errors: [] });
    });
  });

  describe.each(PLUGINS_WITH_ROWS)('what %s shows (rows 16, 18)', (plugin) => {
    it('is shown to who may see it, and looks to all others like nothing at all, in what is said and in what is done', async () => {
      const { rows } = plugins.find((rows) => rows.plugin === plugin) as PluginRows;
      // What earlier questions had done in the background is done.
      await world.kernel.jobs.drain();
      const result = await askAll(rows, questionsOf(world, options.askers), world);
      cells += result.cells;
      expect(inWords(result.failures)).toBe('');
    }, 240_000);
  });

  describe('what they all show', () => {
    const all = () => plugins.flatMap(({ rows }) => rows);
    const holds = async (work: () => Promise<MatrixResult>, least: number): Promise<void> => {
      await world.kernel.jobs.drain();
      const result = await work();
      cells += result.cells;
      expect(result.cells).toBeGreaterThan(least);
      expect(inWords(result.failures)).toBe('');
    };
    const targets = () => Object.values(world.repositories);

    it('is said no more when the grant is taken away while the answer is on its way, five seconds later at the latest (row 17)', async () => {
      await holds(() => askWhileRevoked(all(), world), 100);
    }, 120_000);

    it('costs no other work where nothing is kept from before', async () => {
      await holds(() => askCold(all(), questionsOf(world, ['none', 'two']), world), 100);
    }, 60_000);

    it('looks, where path rules hide files, as it would if these had never been', async () => {
      await holds(() => askAboutTwin(all(), world), 100);
    }, 60_000);

    it('is counted as what one may see', async () => {
      const askers = options.askers.map((name) => world.askers[name]);
      await holds(() => askForCounts(all(), askers, targets(), may), askers.length - 1);
    }, 60_000);

    it('is walled off from site admins too where that is configured', async () => {
      await world.wallInAdmins(true);
      try {
        const rows = plugins.flatMap(({ plugin, rows: own }) => own.filter(({ forAdmins }) => forAdmins || plugin === 'code-host'));
        await holds(() => askAll(rows, questionsOf(world, ['walled']), world), 150);
        await holds(() => askForCounts(all(), [world.askers.walled], targets(), may), 2);
      } finally {
        await world.wallInAdmins(false);
      }
    }, 120_000);
  });
}
