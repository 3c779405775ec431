import { forked } from './harness/forked.mjs';
import { interleaved, median } from './harness/measure.mjs';

export const title = 'the kernel with 50 synthetic plugins, beside 1';

const MB = 1_000_000;

export async function run({ tiny, runs, folder, note, progress }) {
  const many = tiny ? 5 : 50;
  const dataDir = folder('data');
  const toggles = tiny ? 2 : 20;
  const boot = (plugins) => async (round) => {
    progress(`round ${round + 1}, ${plugins} plugins`);
    const child = forked(new URL('./kernel/boot.mjs', import.meta.url), { dataDir, plugins, toggles }, { execArgv: ['--expose-gc'] });
    const figures = await child.next();
    await child.stop();
    return figures;
  };
  // The first boot makes the database, which is not what is measured; figures of a tiny run are nobody's.
  if (!tiny) await boot(1)(-1);
  const samples = await interleaved(runs(5), { one: boot(1), many: boot(many) });
  const of = (subject, figure, unit = 1) => samples[subject].map((sample) => sample[figure] / unit);
  const row = (measure, figure, unit, factor = 1) => ({
    measure,
    value: median(of('many', figure, factor)),
    unit,
    samples: of('many', figure, factor),
    peer: { name: '1 plugin', value: median(of('one', figure, factor)) },
  });
  note('"boot" is Kernel.start: migrations checked, all phases of all plugins, the HTTP server listening; the database runs already.');
  return [
    row(`boot, ${many} plugins`, 'start', 'ms'),
    row('compose GraphQL, first', 'compose', 'ms'),
    row('compose GraphQL after a toggle', 'recompose', 'ms'),
    row('disable one plugin', 'disable', 'ms'),
    row('enable one plugin', 'enable', 'ms'),
    row('heap after boot', 'heapUsed', 'MB', MB),
    row('RSS after boot', 'rss', 'MB', MB),
    {
      measure: `heap growth over ${toggles} toggles`,
      value: median(of('many', 'heapGrowth', MB)),
      unit: 'MB',
      samples: of('many', 'heapGrowth', MB),
    },
  ];
}
