import { askAboutTwin } from '../ask-about-twin.js';
import { askForCounts } from '../ask-for-counts.js';
import { askWhileRevoked } from '../ask-while-revoked.js';
import { askAll, type Failure, type Question } from '../matrix.js';
import type { Row } from '../row.js';
import { allRows } from '../rows/all-rows.js';
import { aWorld, type World } from '../world/a-world.js';
import { may, questionsOf } from '../world/questions.js';
import { surfaceSources } from '../world/surface-sources.js';
import { everythingVisible, nobodyInParticular } from './holes.js';
import type { WallSite } from './wall-sites.js';

interface Globals {
  sextantHole?: number;
  sextantHits?: Set<number>;
  sextantHoles?: object;
}

/** One way of asking a row. */
interface Trial {
  readonly name: string;
  readonly plugin: string;
  run(): Promise<readonly Failure[]>;
}

/** Opens one hole after the other in a world that is started once, and asks the rows that come by it until one turns red. */
export class MutationRun {
  readonly #hits = new Map<Trial, ReadonlySet<number>>();

  private constructor(
    private readonly globals: Globals,
    private readonly world: World,
    private readonly trials: readonly Trial[],
  ) {}

  static async start(globals: Globals): Promise<MutationRun> {
    globals.sextantHoles = { everything: everythingVisible, actor: nobodyInParticular };
    const world = await aWorld();
    const { schema } = await surfaceSources(world.kernel);
    const trials = allRows(schema).flatMap(({ plugin, rows }) => rows.flatMap((row) => trialsOf(row, plugin, world)));
    return new MutationRun(globals, world, trials);
  }

  /** By site, the row that turned red first; undefined where none did. */
  async missedBy(sites: readonly WallSite[]): Promise<ReadonlyMap<WallSite, string | undefined>> {
    const { globals } = this;
    const plugins = new Set(sites.map(({ plugin }) => plugin));
    // Where a part is asked for, the rows of its plugins are enough.
    for (const trial of this.trials.filter(({ plugin }) => plugins.size > 3 || plugins.has(plugin))) {
      globals.sextantHits = new Set();
      const failures = await this.#asked(trial);
      if (failures.length > 0) throw new Error(`The row is red while the wall stands: ${trial.name}: ${failures[0]?.detail}`);
      this.#hits.set(trial, globals.sextantHits);
    }
    delete globals.sextantHits;
    const red = new Map<WallSite, string | undefined>();
    for (const site of sites) red.set(site, await this.#missedBy(site));
    return red;
  }

  close(): Promise<void> {
    return this.world.close();
  }

  async #missedBy(site: WallSite): Promise<string | undefined> {
    const coming = this.trials.filter((trial) => this.#hits.get(trial)?.has(site.number));
    // Those of its own plugin are likeliest to see it.
    coming.sort((a, b) => Number(b.plugin === site.plugin) - Number(a.plugin === site.plugin));
    for (const trial of coming) {
      this.globals.sextantHole = site.number;
      try {
        if ((await this.#asked(trial)).length > 0) return trial.name;
      } finally {
        delete this.globals.sextantHole;
      }
    }
    return undefined;
  }

  /** What was kept while a hole was open, or shut, is not believed. */
  async #asked(trial: Trial): Promise<readonly Failure[]> {
    for (const userId of Object.values(this.world.userIds)) this.world.grants.moveEpoch(userId);
    return trial.run();
  }
}

function trialsOf(row: Row, plugin: string, world: World): readonly Trial[] {
  const asked =
    (names: Parameters<typeof questionsOf>[1], keep: (question: Question) => boolean = () => true) =>
    async () =>
      (await askAll([row], questionsOf(world, names).filter(keep), world)).failures;
  const all = Object.values(world.repositories);
  const counted = async (): Promise<readonly Failure[]> =>
    (
      await askForCounts(
        [row],
        ['one', 'two'].map((name) => world.askers[name as 'one']),
        all,
        may,
      )
    ).failures;
  const countedWalledIn = async (): Promise<readonly Failure[]> => {
    await world.wallInAdmins(true);
    try {
      return [...(await asked(['walled'])()), ...(await askForCounts([row], [world.askers.walled], all, may)).failures];
    } finally {
      await world.wallInAdmins(false);
    }
  };
  const trial = (name: string, run: Trial['run']): Trial => ({ name: `${row.name}${name}`, plugin, run });
  return [
    trial('', asked(['one', 'ruled', 'none', 'revoked'])),
    ...(row.agrees ? [trial(', counted', counted)] : []),
    ...(row.forAdmins || plugin === 'code-host' ? [trial(', of a site admin who is walled in', countedWalledIn)] : []),
    ...(row.held ? [trial(', while a grant is taken away', async () => (await askWhileRevoked([row], world)).failures)] : []),
    ...(plugin === 'search' || plugin === 'git'
      ? [trial(', beside its twin', async () => (await askAboutTwin([row], world)).failures)]
      : []),
  ];
}
