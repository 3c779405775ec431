import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CommitOid, type Labels, type Meter, type OutboundHttp, RepoName, RevSpec } from '@sextant/sdk';
import { inMemoryServices } from '@sextant/sdk/testing';
import { localPrograms } from '@sextant/sdk/testing/programs';
import type { FetchEvent, FetchSource, Git, MirrorMaker } from '../api.js';
import { gitOnDisk } from '../git-service.js';
import { MirrorFiles } from '../mirror/mirror-files.js';
import { DEFAULT_REFSPECS } from '../mirror/refspecs.js';
import { CatFilePool } from '../process/cat-file-pool.js';
import { writeCredentialHelpers } from '../process/credential-helpers.js';
import { GitRunner } from '../process/git-runner.js';
import { Semaphore } from '../process/semaphore.js';
import { allOf } from '../reads/all-of.js';
import { aFolder, aRepository, type BuiltRepository, type RepositoryPlan } from './a-repository.js';

export interface TestGit {
  readonly git: Git;
  readonly root: string;
  readonly files: MirrorFiles;
  readonly runner: GitRunner;
  readonly refused: string[];
  /** The spans that began, with all that was said of them. */
  readonly spans: { readonly name: string; readonly attributes: Record<string, Labels[string]> }[];
  fetch(name: string, source: FetchSource): Promise<FetchEvent[]>;
  /** Builds a repository and mirrors it. */
  mirror(name: string, plan?: RepositoryPlan): Promise<Mirrored>;
  close(): Promise<void>;
}

export interface Mirrored {
  readonly name: RepoName;
  readonly head: CommitOid;
  readonly source: BuiltRepository;
}

/** The service on a folder of its own. */
export async function aGit(
  options: {
    readonly minFreeBytes?: number;
    readonly diskInterval?: number;
    readonly program?: string;
    readonly refspecs?: readonly string[];
    readonly makers?: readonly MirrorMaker[];
    /** Default: what resolves to 127.0.0.1 may be called. */
    readonly http?: Pick<OutboundHttp, 'resolve'>;
  } = {},
): Promise<TestGit> {
  const base = aFolder('mirrors');
  const home = join(base, 'run', 'home');
  mkdirSync(home, { recursive: true });
  const root = join(base, 'repos');
  mkdirSync(root);
  const refused: string[] = [];
  const spans: TestGit['spans'] = [];
  const meter: Pick<Meter, 'span'> = {
    span: (name, work, labels = {}) => {
      const attributes = { ...labels };
      spans.push({ name, attributes });
      return work({ set: (attribute, value) => void Object.assign(attributes, { [attribute]: value }) });
    },
  };
  const runner = new GitRunner({
    programs: localPrograms,
    program: options.program ?? 'git',
    home,
    concurrency: 8,
    deadline: 20_000,
    refused: (subcommand) => refused.push(subcommand),
    meter,
  });
  const pool = new CatFilePool(runner, { capacity: 6, idle: 5_000 });
  const files = new MirrorFiles(root);
  const helpers = await writeCredentialHelpers(join(base, 'run', 'bin'));
  const git = gitOnDisk({
    runner,
    pool,
    files,
    helpers,
    programs: localPrograms,
    http: options.http ?? inMemoryServices({ allow: ['127.0.0.1'] }).http,
    refspecs: options.refspecs ?? DEFAULT_REFSPECS,
    deadline: 30_000,
    minFreeBytes: options.minFreeBytes ?? 0,
    ...(options.diskInterval === undefined ? {} : { diskInterval: options.diskInterval }),
    now: () => new Date('2026-01-02T03:04:05Z'),
    slots: new Semaphore(4),
    shard: 'test',
    makers: () => options.makers ?? [],
  });
  const fetch = async (name: string, source: FetchSource): Promise<FetchEvent[]> =>
    allOf(git.fetch({ repository: RepoName.parse(name), source }));
  return {
    git,
    root,
    files,
    runner,
    refused,
    spans,
    fetch,
    async mirror(text, plan = {}) {
      const source = aRepository(plan);
      const name = RepoName.parse(text);
      await fetch(text, { url: source.path, localFolder: true });
      return { name, source, head: await git.resolve({ repository: name, revision: RevSpec.HEAD }).catch(() => '' as CommitOid) };
    },
    close: async () => pool[Symbol.asyncDispose](),
  };
}

export const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => Buffer.concat(await allOf(chunks)).toString('utf8');
