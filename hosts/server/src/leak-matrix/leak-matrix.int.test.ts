import { validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askWhileRevoked } from './ask-while-revoked.js';
import { askAll, inWords } from './matrix.js';
import type { PluginRows } from './row.js';
import { allRows } from './rows/all-rows.js';
import { coverageOf, enumerateSurfaces, type SurfaceSources } from './surfaces.js';
import { aWorld, type World } from './world/a-world.js';
import { EVERYBODY, questionsOf } from './world/questions.js';
import { surfaceSources } from './world/surface-sources.js';

let world: World;
let sources: SurfaceSources;
let plugins: readonly PluginRows[];
const begun = performance.now();
let cells = 0;

beforeAll(async () => {
  world = await aWorld();
  sources = await surfaceSources(world.kernel);
  plugins = allRows(sources.schema);
}, 120_000);
afterAll(async () => {
  process.stdout.write(
    `leak matrix: ${enumerateSurfaces(sources).length} surfaces, ${plugins.flatMap(({ rows }) => rows).length} rows, ${EVERYBODY.length + 1} users, 6 repositories, ${cells} cases, ${((performance.now() - begun) / 1000).toFixed(1)} s\n`,
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

describe.each(['code-host', 'git', 'search', 'highlight', 'kernel'])('what %s shows (rows 16, 18)', (plugin) => {
  it('is shown to who may see it, and looks to all others like nothing at all, in what is said and in what is done', async () => {
    const { rows } = plugins.find((rows) => rows.plugin === plugin) as PluginRows;
    // What earlier questions had done in the background is done.
    await world.kernel.jobs.drain();
    const result = await askAll(rows, questionsOf(world, EVERYBODY), world.steps);
    cells += result.cells;
    expect(inWords(result.failures)).toBe('');
  }, 120_000);
});

describe('a grant that is taken away while an answer is on its way (row 17)', () => {
  it('has nothing more said of what it showed, five seconds later at the latest', async () => {
    await world.kernel.jobs.drain();
    const result = await askWhileRevoked(
      plugins.flatMap(({ rows }) => rows),
      world,
    );
    cells += result.cells;
    expect(result.cells).toBeGreaterThan(50);
    expect(inWords(result.failures)).toBe('');
  }, 120_000);
});
