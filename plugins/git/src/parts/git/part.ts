import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { systemChecks } from '@sextant/plugin-site/api';
import { core, definePart, type HealthProbe, type PluginContext, type Resolved } from '@sextant/sdk';
import { gitService, mirrorMakers } from '../../api.js';
import { config } from '../../config.js';
import { gitCheck } from '../../doctor/git-check.js';
import { gitOnDisk } from '../../git-service.js';
import { MirrorFiles } from '../../mirror/mirror-files.js';
import { CatFilePool } from '../../process/cat-file-pool.js';
import { writeCredentialHelpers } from '../../process/credential-helpers.js';
import { GitRunner } from '../../process/git-runner.js';
import { gitProblem } from '../../process/git-version.js';
import { Semaphore } from '../../process/semaphore.js';

const deps = {
  process: core.process,
  clock: core.clock,
  programs: core.programs,
  actors: core.actor,
  http: core.http,
  makers: mirrorMakers,
} as const;
type Deps = Resolved<typeof deps>;

interface Life {
  readonly files: MirrorFiles;
  readonly runner: GitRunner;
  readonly pool: CatFilePool;
  readonly run: string;
  readonly home: string;
  readonly minFree: number;
}
// One of each a life of the part: the kernel resolves the dependencies once for it.
const lives = new WeakMap<Deps, Life>();

function lifeOf(d: Deps, ctx: PluginContext<typeof config>): Life {
  const known = lives.get(d);
  if (known) return known;
  const { program, maxConcurrentReads, readTimeout, downloadTimeout, maxReadMemory, maxBatchReaders, minFreeDisk } = ctx.config.get();
  const run = d.process.folder('run');
  const home = join(run, 'home');
  const refused = (subcommand: string) =>
    ctx.log.warn('refused to call git with an argument that is not on the list', { audit: true, subcommand });
  const runner = new GitRunner({
    programs: d.programs,
    program,
    home,
    concurrency: maxConcurrentReads,
    deadline: readTimeout,
    bulkDeadline: downloadTimeout,
    memory: maxReadMemory ?? Math.floor(Math.min(process.constrainedMemory() || totalmem(), totalmem()) / 4),
    refused,
    meter: ctx.meter,
    cause: () => d.actors.cause(),
  });
  const life: Life = {
    files: new MirrorFiles(d.process.folder('repos')),
    runner,
    pool: new CatFilePool(runner, { capacity: maxBatchReaders, idle: 30_000, cause: () => d.actors.cause() }),
    run,
    home,
    minFree: minFreeDisk,
  };
  lives.set(d, life);
  return life;
}

export default definePart(config)({
  deps,
  register(r) {
    r.provide(gitService, async (d, ctx) => {
      const { files, runner, pool, run, home } = lifeOf(d, ctx);
      const { refspecs, fetchTimeout, minFreeDisk, maxConcurrentClones } = ctx.config.get();
      await mkdir(home, { recursive: true, mode: 0o700 });
      const helpers = await writeCredentialHelpers(join(run, 'bin'));
      return gitOnDisk({
        runner,
        pool,
        files,
        helpers,
        programs: d.programs,
        http: d.http,
        refspecs,
        deadline: fetchTimeout,
        minFreeBytes: minFreeDisk,
        now: () => d.clock.now(),
        slots: new Semaphore(maxConcurrentClones),
        shard: d.process.instance,
        makers: () => d.makers.map(({ value }) => value),
      });
    });
    r.contribute(systemChecks, (d, ctx) => {
      const { runner, files, minFree } = lifeOf(d, ctx);
      return gitCheck({ version: () => runner.text({ subcommand: 'version' }), freeBytes: () => files.freeBytes(), minFree });
    });
    r.start(async (d, ctx) => {
      const problem = gitProblem(
        await lifeOf(d, ctx)
          .runner.text({ subcommand: 'version' })
          .catch(() => ''),
      );
      if (problem) ctx.degrade(problem);
      // Beside the start, which half a clone of a large repository would hold up; nobody else touches what is swept.
      const { files } = lifeOf(d, ctx);
      files.sweep().then(
        (folders) => folders > 0 && ctx.log.info('removed what an earlier process left behind', { folders }),
        (error: unknown) => ctx.log.warn('what an earlier process left behind could not be removed', { error }),
      );
      files.close().then(
        (folders) => folders > 0 && ctx.log.info('closed folders of mirrors to other users of the machine', { folders }),
        (error: unknown) => ctx.log.warn('folders of mirrors could not be closed to other users of the machine', { error }),
      );
    });
    r.health('disk', async (d) => diskHealth(lives.get(d)), { every: 30_000 });
    r.stop(async (d) => lives.get(d)?.pool[Symbol.asyncDispose]());

    async function diskHealth(life: Life | undefined): Promise<HealthProbe> {
      const free = await life?.files.freeBytes();
      if (life === undefined || free === undefined || free >= life.minFree) return { status: 'up' };
      return {
        status: 'degraded',
        reason: `Only ${Math.round(free / 1024 ** 2)} MiB are free on the disk of the mirrors; fetching has stopped, reading goes on.`,
      };
    }
  },
});
