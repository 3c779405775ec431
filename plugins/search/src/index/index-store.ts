import { chmod, mkdir, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SextantError } from '@sextant/sdk';
import type { IndexedRepository } from '../engine/contract.js';
import { encodeMasks } from './branch-masks.js';
import { DamagedShardError, rewriteShards, shardsToRewrite } from './compact-repository.js';
import { isOrphan, writeFileDurably } from './durable-file.js';
import './index-errors.js';
import { type IndexOptions, type ResolvedOptions, resolveOptions } from './index-options.js';
import { LanguageBytes } from './language-bytes.js';
import { addSkipped, liveTotals } from './live-totals.js';
import { compactionReason, filesOf, MANIFEST_VERSION, type Manifest, type ManifestShard, overlayName } from './manifest.js';
import { ManifestCatalog } from './manifest-catalog.js';
import { RetiredFiles } from './retired-files.js';
import { ShardCorruptError } from './shard-layout.js';
import type { SkipReason } from './skip-reason.js';
import { listSkipped, type SkippedFile, type SkippedPage } from './skipped-files.js';
import { type PreparedUpdate, prepareUpdate, type UpdateRequest } from './update-repository.js';

export interface UpdateReport {
  readonly repository: IndexedRepository;
  /** False: the index held exactly this already and nothing was written. */
  readonly changed: boolean;
  readonly blobsRead: number;
  /** Blobs taken from older shards instead of the source. */
  readonly blobsCopied: number;
  /** Why `compact` should be called; undefined: it need not. */
  readonly compaction: string | undefined;
  /** What symbols could not be read by, in words; the own scanners stood in. */
  readonly problems: readonly string[];
}

/** The manifests of one moment. The files they name stay until `release`. */
export interface IndexSnapshot {
  readonly manifests: ReadonlyMap<number, Manifest>;
  /** Repositories whose manifest is damaged, with the cause in words. */
  readonly broken: ReadonlyMap<number, string>;
  /** The `shards` folder. */
  readonly folder: string;
  release(): void;
}

/**
 * The index folder of one node. One process updates, the same or others search; they meet in the manifests only.
 * Updates of one repository run one after another, those of different repositories side by side.
 */
export class IndexStore {
  readonly #catalog: ManifestCatalog;
  readonly #retired: RetiredFiles;
  #options: ResolvedOptions;
  readonly #turns = new Map<number, Promise<unknown>>();

  private constructor(
    readonly root: string,
    options: IndexOptions,
  ) {
    this.#options = resolveOptions(options);
    this.#catalog = new ManifestCatalog(root);
    this.#retired = new RetiredFiles(join(root, 'shards'), this.#options.retireAfter);
  }

  /** Opens an index folder, making it when it is not there. Reads manifests only; call `sweep` to clean up after a crash. */
  static async open(root: string, options: IndexOptions): Promise<IndexStore> {
    for (const folder of ['shards', 'repositories', 'quarantine'].map((name) => join(root, name))) {
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch(ignoreReadOnly);
      await chmod(folder, 0o700).catch(ignoreReadOnly); // Earlier versions left them open below a closed root.
    }
    const store = new IndexStore(root, options);
    await store.#catalog.refresh();
    return store;
  }

  /** From the next update on it is as these say. */
  use(options: IndexOptions): void {
    this.#options = resolveOptions(options);
  }

  get options(): ResolvedOptions {
    return this.#options;
  }

  /**
   * Brings a repository to the given commits. Until it returns, and if it throws, searches see the state before.
   * @throws SextantError SEXTANT_SEARCH_TOO_MANY_BRANCHES, SEXTANT_SEARCH_INDEX_CONFLICT, SEXTANT_SEARCH_INDEX_WRITE
   */
  update(request: UpdateRequest): Promise<UpdateReport> {
    return this.#inTurn(request.repository.id, () => this.#update(request));
  }

  async #update(request: UpdateRequest): Promise<UpdateReport> {
    await this.#catalog.refresh();
    const previous = this.#catalog.manifests.get(request.repository.id);
    if (previous && this.#isCurrent(previous, request.repository, request.branches)) return this.#report(previous, false, undefined);
    const prepared = await prepareUpdate(this.root, previous, request, this.#options);
    try {
      const manifest = await this.#write(previous, request, prepared);
      for (const { shard } of prepared.damaged) await this.#toQuarantine(shard);
      return this.#report(manifest, true, prepared);
    } catch (error) {
      await prepared.added.discard();
      throw error;
    }
  }

  /** Whether an update to these commits would change nothing. */
  async isCurrent(repository: UpdateRequest['repository'], branches: UpdateRequest['branches']): Promise<boolean> {
    await this.#catalog.refresh();
    const manifest = this.#catalog.manifests.get(repository.id);
    return manifest !== undefined && this.#isCurrent(manifest, repository, branches);
  }

  #isCurrent(manifest: Manifest, repository: UpdateRequest['repository'], branches: UpdateRequest['branches']): boolean {
    return (
      manifest.optionsHash === this.#options.hash &&
      manifest.quarantined.length === 0 &&
      manifest.repository.name === repository.name &&
      manifest.branches.length === branches.length &&
      branches.every(({ name, commit }, index) => manifest.branches[index]!.name === name && manifest.branches[index]!.commit === commit)
    );
  }

  async #write(previous: Manifest | undefined, request: UpdateRequest, prepared: PreparedUpdate): Promise<Manifest> {
    const generation = (previous?.generation ?? 0) + 1;
    const skippedFiles: Partial<Record<SkipReason, number>> = {};
    const languages = new LanguageBytes();
    const shards: ManifestShard[] = [];
    for (const { live, masks, changed } of prepared.kept) {
      const { skipped, ...totals } = liveTotals(live.shard, masks, languages);
      if (totals.liveDocuments === 0) continue;
      addSkipped(skippedFiles, skipped);
      if (changed) await writeFileDurably(join(this.root, 'shards', overlayName(live.entry.id, generation)), encodeMasks(masks));
      shards.push({ ...live.entry, ...totals, masks: changed ? generation : live.entry.masks });
    }
    const added = await prepared.added.publish(shards.length > 0 ? 'delta' : 'base');
    addSkipped(skippedFiles, prepared.added.skipped);
    languages.addAll(prepared.added.languages);
    const language = languages.main(this.#options.isCode);
    const manifest: Manifest = {
      version: MANIFEST_VERSION,
      generation,
      repository: request.repository,
      indexedAt: new Date().toISOString(),
      optionsHash: this.#options.hash,
      branches: prepared.branches,
      shards: [...shards, ...added],
      skippedFiles,
      ...(language === undefined ? {} : { language }),
      quarantined: [],
    };
    await this.#publish(previous, manifest);
    return manifest;
  }

  async #publish(previous: Manifest | undefined, next: Manifest): Promise<void> {
    if (!(await this.#catalog.publish(next, previous?.generation ?? -1))) {
      throw new SextantError('SEXTANT_SEARCH_INDEX_CONFLICT', {
        what: `The index of ${next.repository.name} was changed by another process during this update.`,
        fix: 'Run the update again.',
      });
    }
    await this.#retired.retire(previous, next);
  }

  /**
   * Rewrites delta shards and those with much dead content; answers whether it did. One that turns out to be damaged goes into quarantine,
   * so that the repository is not current any more.
   * @param options.force also when it is not due
   */
  compact(
    repository: number,
    signal: AbortSignal = new AbortController().signal,
    options: { readonly force?: boolean } = {},
  ): Promise<boolean> {
    return this.#inTurn(repository, async () => {
      await this.#catalog.refresh();
      const manifest = this.#catalog.manifests.get(repository);
      if (!manifest || (!options.force && compactionReason(manifest) === undefined)) return false;
      const old = shardsToRewrite(manifest);
      const rewritten = await rewriteShards(this.root, manifest, old, this.#options, signal).catch(async (error: unknown) => {
        if (!(error instanceof DamagedShardError)) throw error;
        await this.#takeOut(manifest, error.shard, error.message);
        return undefined;
      });
      if (!rewritten) return false;
      try {
        const shards = [...manifest.shards.filter((shard) => !old.includes(shard)), ...(await rewritten.publish('base'))];
        await this.#publish(manifest, { ...manifest, generation: manifest.generation + 1, shards });
      } catch (error) {
        await rewritten.discard();
        throw error;
      }
      return true;
    });
  }

  /** Makes a manifest of another process's index the valid one here. Its files must be in place. */
  adopt(manifest: Manifest): Promise<void> {
    return this.#inTurn(manifest.repository.id, async () => {
      await this.#catalog.refresh();
      const previous = this.#catalog.manifests.get(manifest.repository.id);
      await this.#catalog.replace(manifest);
      await this.#retired.retire(previous, manifest);
    });
  }

  /** Keeps the files of a manifest from a sweep while they are brought in, which may take longer than a sweep waits. */
  reserve(manifest: Manifest): Disposable {
    const files = manifest.shards.flatMap(filesOf);
    this.#retired.hold(files);
    return { [Symbol.dispose]: () => this.#retired.release(files) };
  }

  /** Takes a repository out of the index; its files go when no query uses them. */
  remove(repository: number): Promise<void> {
    return this.#inTurn(repository, async () => {
      await this.#catalog.refresh();
      const manifest = this.#catalog.manifests.get(repository);
      await this.#catalog.remove(repository);
      await this.#retired.retire(manifest, undefined);
    });
  }

  /**
   * Takes a damaged shard out of service and keeps its files for inspection. The repository is degraded until its next
   * update, which reads again what the shard held.
   * @returns false when the manifest no longer names the shard: nothing was done
   */
  quarantine(repository: number, shard: string, reason: string): Promise<boolean> {
    return this.#inTurn(repository, async () => {
      await this.#catalog.refresh();
      const manifest = this.#catalog.manifests.get(repository);
      if (!manifest?.shards.some(({ id }) => id === shard)) return false;
      return await this.#takeOut(manifest, shard, reason);
    });
  }

  async #takeOut(manifest: Manifest, shard: string, reason: string): Promise<boolean> {
    const next: Manifest = {
      ...manifest,
      generation: manifest.generation + 1,
      shards: manifest.shards.filter(({ id }) => id !== shard),
      quarantined: [...manifest.quarantined, { shard, reason, at: new Date().toISOString() }],
    };
    if (!(await this.#catalog.publish(next, manifest.generation))) return false;
    await this.#toQuarantine(shard);
    return true;
  }

  async #toQuarantine(shard: string): Promise<void> {
    const folder = join(this.root, 'shards');
    for (const file of await readdir(folder)) {
      if (file.startsWith(`${shard}.`)) await rename(join(folder, file), join(this.root, 'quarantine', file)).catch(() => undefined);
    }
  }

  /** Removes files that nothing needs: left by a crash, or replaced. Answers their names. */
  async sweep(): Promise<string[]> {
    await this.#catalog.refresh();
    const folder = join(this.root, 'repositories');
    const orphans = (await readdir(folder)).filter(isOrphan);
    for (const file of orphans) await unlink(join(folder, file)).catch(() => undefined);
    return [...orphans, ...(await this.#retired.sweep(this.#catalog.manifests.values()))];
  }

  /** Pins the state of all repositories at this moment for a query. */
  async acquire(): Promise<IndexSnapshot> {
    await this.#catalog.refresh();
    const manifests = this.#catalog.snapshot();
    this.#retired.holdFilesOf(manifests);
    let held = true;
    return {
      manifests,
      broken: new Map(this.#catalog.broken),
      folder: join(this.root, 'shards'),
      release: () => {
        if (held) this.#retired.releaseFilesOf(manifests);
        held = false;
      },
    };
  }

  /** Every manifest as it stands now, by repository. */
  async manifests(): Promise<ReadonlyMap<number, Manifest>> {
    await this.#catalog.refresh();
    return this.#catalog.manifests;
  }

  /** In the order that is asked for, or else by id. @param repositories absent: all */
  async list(repositories?: readonly number[]): Promise<IndexedRepository[]> {
    await this.#catalog.refresh();
    const { manifests } = this.#catalog;
    // In what order manifests came to this process says nothing.
    if (!repositories) return [...manifests.values()].map(describe).sort((a, b) => a.repository - b.repository);
    const found: IndexedRepository[] = [];
    for (const id of repositories) {
      const manifest = manifests.get(id);
      if (manifest) found.push(describe(manifest));
    }
    return found;
  }

  /** The files of a repository that are known by path only, or not at all (`ignored`), in pages. */
  async skipped(repository: number, page: SkippedPage): Promise<readonly SkippedFile[]> {
    await this.#catalog.refresh();
    const manifest = this.#catalog.manifests.get(repository);
    return manifest ? listSkipped(this.root, manifest, page) : [];
  }

  #report(manifest: Manifest, changed: boolean, prepared: PreparedUpdate | undefined): UpdateReport {
    return {
      repository: describe(manifest),
      changed,
      blobsRead: prepared?.blobsRead ?? 0,
      blobsCopied: prepared?.blobsCopied ?? 0,
      compaction: compactionReason(manifest),
      problems: prepared?.added.problems ?? [],
    };
  }

  async #inTurn<T>(repository: number, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(repository) ?? Promise.resolve();
    const turn = before.then(work, work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(repository, settled);
    try {
      return await turn;
    } catch (error) {
      throw explainWrite(error);
    } finally {
      if (this.#turns.get(repository) === settled) this.#turns.delete(repository);
    }
  }
}

const described = new WeakMap<Manifest, IndexedRepository>();

/** A manifest never changes, and every search asks. */
export function describe(manifest: Manifest): IndexedRepository {
  const known = described.get(manifest);
  if (known) return known;
  const made = description(manifest);
  described.set(manifest, made);
  return made;
}

function description(manifest: Manifest): IndexedRepository {
  const sum = (field: 'liveDocuments' | 'contentBytes' | 'indexBytes') => manifest.shards.reduce((total, shard) => total + shard[field], 0);
  return {
    repository: manifest.repository.id,
    branches: manifest.branches.map(({ name, commit }) => ({ name, commit })),
    indexedAt: manifest.indexedAt,
    documents: sum('liveDocuments'),
    contentBytes: sum('contentBytes'),
    indexBytes: sum('indexBytes'),
    shards: manifest.shards.length,
    skippedFiles: manifest.skippedFiles as Record<string, number>,
    ...(manifest.language === undefined ? {} : { language: manifest.language }),
    state: manifest.quarantined.length > 0 ? 'degraded' : 'ok',
    ...(manifest.quarantined.length > 0 ? { problems: manifest.quarantined.map(({ shard, reason }) => `Shard ${shard}: ${reason}.`) } : {}),
  };
}

const DISK_PROBLEMS: Record<string, string> = {
  ENOSPC: 'The disk is full (bytes or inodes).',
  EROFS: 'The disk is read-only.',
  EDQUOT: 'The quota is used up.',
  EACCES: 'The folder is not writable for this user.',
  EMFILE: 'The process has no file descriptors left.',
};

function explainWrite(error: unknown): unknown {
  if (error instanceof ShardCorruptError) return error;
  const why = DISK_PROBLEMS[(error as NodeJS.ErrnoException)?.code ?? ''];
  if (!why) return error;
  return new SextantError('SEXTANT_SEARCH_INDEX_WRITE', {
    what: 'The index could not be written.',
    why,
    fix: 'Free space on the disk of the index folder, or make it writable; what was indexed before is still served.',
    cause: error,
  });
}

/** A search node may run on a read-only copy of the folder. */
function ignoreReadOnly(error: NodeJS.ErrnoException): void {
  if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code ?? '')) throw error;
}
