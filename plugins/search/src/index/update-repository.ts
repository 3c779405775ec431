import { SextantError } from '@sextant/sdk';
import { copiedContent } from './blob-name.js';
import type { BlobSource } from './blob-source.js';
import { type BranchMasks, getMask, setMask } from './branch-masks.js';
import type { ResolvedOptions } from './index-options.js';
import { type LiveShard, openLiveShard } from './live-shard.js';
import { MAX_BRANCHES, type Manifest, type ManifestBranch, type QuarantinedShard } from './manifest.js';
import { openShardWriter } from './open-shard-writer.js';
import { compareDocuments, pathCategory } from './path-category.js';
import type { Shard } from './shard.js';
import { ShardFiles } from './shard-files.js';
import { ShardCorruptError } from './shard-layout.js';
import type { PlacedDocument, ShardWriter } from './shard-writer.js';
import { type SkipReason, skipByBytes, skipBySize } from './skip-reason.js';
import { TurnTaker } from './turn-taker.js';
import { documentKey, type WantedDocument, wantedDocuments } from './wanted-documents.js';

export interface UpdateRequest {
  readonly repository: { readonly id: number; readonly name: string };
  /** The branches to hold and the commit each is to be at; the default branch first. */
  readonly branches: readonly { readonly name: string; readonly commit: string }[];
  readonly source: BlobSource;
  readonly signal?: AbortSignal;
}

/** What an update found and wrote; nothing of it is valid before the manifest that names it is published. */
export interface PreparedUpdate {
  readonly branches: readonly ManifestBranch[];
  /** Live shards of the manifest before, with the masks they are to have. */
  readonly kept: readonly { readonly live: LiveShard; readonly masks: BranchMasks; readonly changed: boolean }[];
  readonly added: ShardWriter;
  /** Shards of the manifest before that turned out to be damaged; what they held is in `added`. */
  readonly damaged: readonly QuarantinedShard[];
  readonly blobsRead: number;
  readonly blobsCopied: number;
}

/**
 * Compares the wanted trees with what the live shards hold. A blob that some live shard has is not read from the source
 * again; a document that only changes branches changes masks and nothing else.
 */
export async function prepareUpdate(
  root: string,
  previous: Manifest | undefined,
  request: UpdateRequest,
  options: ResolvedOptions,
): Promise<PreparedUpdate> {
  const signal = request.signal ?? new AbortController().signal;
  const files = new ShardFiles();
  let added: ShardWriter | undefined;
  try {
    const base = previous?.optionsHash === options.hash ? previous : undefined;
    const branches = assignBits(request.branches, base?.branches ?? []);
    const turns = new TurnTaker();
    const { live, damaged } = await openAll(root, base, files, turns);
    const whole = damaged.length === 0 && (base?.quarantined.length ?? 0) === 0;
    const settled = whole
      ? branches.filter((branch) => base?.branches.some((old) => old.bit === branch.bit && old.commit === branch.commit))
      : [];
    const keptBits = settled.reduce((mask, { bit }) => mask | (1n << BigInt(bit)), 0n);
    const wanted = await wantedDocuments(
      branches.filter((branch) => !settled.includes(branch)),
      request.source,
      signal,
    );
    const kept: PreparedUpdate['kept'][number][] = [];
    for (const shard of live) {
      kept.push(place(shard, keptBits, wanted));
      await turns.breathe();
    }
    const bytes = [...wanted.values()].reduce((total, { size }) => total + size, 0);
    added = openShardWriter(root, request.repository, bytes, options);
    const writer = new DocumentWriter(added, live, options);
    await writer.write([...wanted.values()], request.source, signal);
    return { branches, kept, added, damaged, blobsRead: writer.read, blobsCopied: writer.copied };
  } catch (error) {
    await added?.discard();
    throw error;
  } finally {
    files.close();
  }
}

/** A branch keeps its bit for as long as it is indexed, so that masks stay valid; a new one takes the lowest free bit. */
function assignBits(wanted: UpdateRequest['branches'], old: readonly ManifestBranch[]): ManifestBranch[] {
  if (wanted.length > MAX_BRANCHES) {
    throw new SextantError('SEXTANT_SEARCH_TOO_MANY_BRANCHES', {
      what: `${wanted.length} branches of one repository are to be indexed.`,
      why: `The index holds at most ${MAX_BRANCHES} branches of a repository.`,
      fix: 'Name fewer branches; the others are searched without an index.',
    });
  }
  const known = new Map(old.filter(({ name }) => wanted.some((branch) => branch.name === name)).map(({ name, bit }) => [name, bit]));
  const taken = new Set(known.values());
  let free = 0;
  return wanted.map(({ name, commit }) => {
    const bit = known.get(name);
    if (bit !== undefined) return { name, commit, bit };
    while (taken.has(free)) free++;
    taken.add(free);
    return { name, commit, bit: free };
  });
}

async function openAll(
  root: string,
  manifest: Manifest | undefined,
  files: ShardFiles,
  turns: TurnTaker,
): Promise<{ live: LiveShard[]; damaged: QuarantinedShard[] }> {
  const live: LiveShard[] = [];
  const damaged: QuarantinedShard[] = [];
  for (const entry of manifest?.shards ?? []) {
    await turns.breathe();
    try {
      live.push(openLiveShard(root, manifest!.repository.id, entry, files));
    } catch (error) {
      if (!(error instanceof ShardCorruptError)) throw error;
      damaged.push({ shard: entry.id, reason: error.message, at: new Date().toISOString() });
    }
  }
  return { live, damaged };
}

/** Gives the documents of a live shard their new masks and takes those it holds off the list of wanted ones. */
function place(live: LiveShard, keptBits: bigint, wanted: Map<string, WantedDocument>): PreparedUpdate['kept'][number] {
  const { shard } = live;
  const masks = { low: new Uint32Array(shard.documents), high: new Uint32Array(shard.documents) };
  let changed = false;
  for (let document = 0; document < shard.documents; document++) {
    const before = getMask(live.masks, document);
    const skip = shard.skip(document);
    const unread = skip === 'ignored' || skip === 'symlink' ? skip : undefined;
    const key = wanted.size > 0 ? documentKey(shard.path(document), shard.oid(shard.blobOfDocument[document]!), unread) : '';
    // A blob that was missing may be there by now, so such a document never satisfies a wish.
    const wish = skip === 'missing' ? undefined : wanted.get(key);
    if (wish) wanted.delete(key);
    const after = (before & keptBits) | (wish?.mask ?? 0n);
    setMask(masks, document, after);
    changed ||= after !== before;
  }
  return { live, masks, changed };
}

/** Writes new documents, taking content from live shards where they have it and from the source where they have not. */
class DocumentWriter {
  read = 0;
  copied = 0;

  constructor(
    private readonly target: ShardWriter,
    private readonly live: readonly LiveShard[],
    private readonly options: ResolvedOptions,
  ) {}

  async write(documents: readonly WantedDocument[], source: BlobSource, signal: AbortSignal): Promise<void> {
    const pathOnly: { document: WantedDocument; skip: SkipReason }[] = [];
    const byOid = new Map<string, WantedDocument[]>();
    for (const document of inStaticOrder(documents)) {
      const skip = this.#skipUnread(document);
      const same = byOid.get(document.oid);
      if (skip) pathOnly.push({ document, skip });
      else if (same) same.push(document);
      else byOid.set(document.oid, [document]);
    }
    const unread = await this.#copyKnown(byOid, signal);
    for await (const { oid, content } of source.readBlobs(unread, signal)) {
      signal.throwIfAborted();
      const wanted = byOid.get(oid);
      if (!wanted) continue;
      byOid.delete(oid);
      this.read++;
      await this.#add(oid, content, wanted);
    }
    for (const documents of byOid.values()) for (const document of documents) pathOnly.push({ document, skip: 'missing' });
    for (const { document, skip } of pathOnly) await this.#addPathOnly(document, skip);
  }

  #skipUnread({ path, size, ignored, symlink }: WantedDocument): SkipReason {
    if (ignored) return 'ignored';
    return symlink ? 'symlink' : skipBySize(size, this.options.isLarge(path), this.options.limits);
  }

  /** Copies what live shards hold and answers the objects that are left to read. */
  async #copyKnown(byOid: Map<string, WantedDocument[]>, signal: AbortSignal): Promise<string[]> {
    for (const { shard } of this.live) {
      if (byOid.size === 0) break;
      const hasContent = new Uint8Array(shard.blobs);
      for (let document = 0; document < shard.documents; document++)
        if (!shard.skip(document)) hasContent[shard.blobOfDocument[document]!] = 1;
      for (let blob = 0; blob < shard.blobs; blob++) {
        const oid = shard.oid(blob);
        const documents = hasContent[blob] ? byOid.get(oid) : undefined;
        if (!documents) continue;
        signal.throwIfAborted();
        const content = intact(shard, blob);
        if (!content) continue; // It is read from the source; the search that meets it puts the shard aside.
        byOid.delete(oid);
        this.copied++;
        await this.#add(oid, content, documents);
      }
    }
    return [...byOid.keys()];
  }

  async #add(oid: string, content: Buffer, wanted: readonly WantedDocument[]): Promise<void> {
    const documents = wanted.map((document): PlacedDocument => {
      const large = this.options.isLarge(document.path);
      const skip = skipByBytes(content, large, this.options.limits);
      return { ...this.#placed(document, skip), maxDistinctTrigrams: large ? undefined : this.options.limits.maxDistinctTrigrams };
    });
    await this.target.add(oid, content, documents);
  }

  async #addPathOnly(document: WantedDocument, skip: SkipReason): Promise<void> {
    await this.target.add(document.oid, Buffer.alloc(0), [this.#placed(document, skip)]);
  }

  #placed({ path, mask }: WantedDocument, skip: SkipReason): PlacedDocument {
    return { path, mask, skip, category: pathCategory(path), language: this.options.languageOf(path) };
  }
}

function intact(shard: Shard, blob: number): Buffer | undefined {
  try {
    return copiedContent(shard, blob);
  } catch (error) {
    if (error instanceof ShardCorruptError) return undefined;
    throw error;
  }
}

function inStaticOrder(documents: readonly WantedDocument[]): WantedDocument[] {
  return documents
    .map((document) => ({
      document,
      rank: { path: document.path, size: document.size, category: pathCategory(document.path), skipped: document.ignored },
    }))
    .sort((a, b) => compareDocuments(a.rank, b.rank))
    .map(({ document }) => document);
}
