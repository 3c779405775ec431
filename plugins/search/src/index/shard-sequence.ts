import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { syncFolder } from './durable-file.js';
import { LanguageBytes } from './language-bytes.js';
import type { ManifestShard } from './manifest.js';
import { type BuiltShard, ShardBuilder } from './shard-builder.js';
import type { PlacedDocument, ShardWriter } from './shard-writer.js';
import type { SkipReason } from './skip-reason.js';
import type { CodeSymbol } from './symbols/code-symbol.js';
import { SymbolReader } from './symbols/symbol-reader.js';
import type { SymbolSources } from './symbols/symbol-sources.js';
import { exceedsDistinctTrigrams } from './trigram.js';
import { TurnTaker } from './turn-taker.js';

const MAX_DOCUMENTS = 1 << 16;
const EMPTY = Buffer.alloc(0);
/** Files whose definitions are asked of another process at once. */
const MAX_ASKED = 32;

/** Builds shards on the calling thread, which it shares. */
export class ShardSequence implements ShardWriter {
  readonly #done: { builder: ShardBuilder; built: BuiltShard }[] = [];
  readonly #turns = new TurnTaker();
  readonly #reader: SymbolReader;
  /** The oldest first. */
  readonly #asked: Promise<unknown>[] = [];
  readonly skipped = new Map<SkipReason, number>();
  readonly #languages = new LanguageBytes();
  #current: ShardBuilder | undefined;

  constructor(
    private readonly root: string,
    private readonly repository: { readonly id: number; readonly name: string },
    private readonly maxShardBytes: number,
    symbols: SymbolSources,
  ) {
    this.#reader = new SymbolReader(symbols);
  }

  get languages(): ReadonlyMap<string, number> {
    return this.#languages.bytes;
  }

  get problems(): readonly string[] {
    return this.#reader.problems;
  }

  async add(oid: string, content: Buffer, documents: readonly PlacedDocument[], symbols?: readonly CodeSymbol[]): Promise<void> {
    await this.#turns.breathe();
    const current = await this.#builderFor(content.length);
    const isData = await this.#judge(current, oid, content, documents, symbols);
    for (const { path, category, language, mask, maxDistinctTrigrams, skip: known } of documents) {
      const skip = known || (isData && maxDistinctTrigrams !== undefined ? 'too-many-trigrams' : '');
      if (skip) this.skipped.set(skip, (this.skipped.get(skip) ?? 0) + 1);
      else this.#languages.add(language, category, content.length);
      // Nothing is undone without a limit.
      const blob = current.blobOf(oid, skip) ?? (await this.#addBlob(current, oid, content, language, skip, symbols))!;
      current.addDocument({ path, blob, language, category, skip, mask });
    }
  }

  /** Whether it has too many trigrams for those of its documents that have a limit. */
  async #judge(
    builder: ShardBuilder,
    oid: string,
    content: Buffer,
    documents: readonly PlacedDocument[],
    symbols?: readonly CodeSymbol[],
  ): Promise<boolean> {
    const read = documents.filter(({ skip }) => skip === '');
    const limit = read.find(({ maxDistinctTrigrams }) => maxDistinctTrigrams !== undefined)?.maxDistinctTrigrams;
    if (limit === undefined) return false;
    const isThereAnyway =
      builder.blobOf(oid, '') !== undefined || read.some(({ maxDistinctTrigrams }) => maxDistinctTrigrams === undefined);
    if (isThereAnyway) return exceedsDistinctTrigrams(content, limit);
    // To count while adding costs less than to look at every byte twice.
    return (await this.#addBlob(builder, oid, content, read[0]!.language, '', symbols, limit)) === undefined;
  }

  /** @returns undefined when it has more distinct trigrams than `limit`: it was not added */
  async #addBlob(
    builder: ShardBuilder,
    oid: string,
    content: Buffer,
    language: string | undefined,
    skip: SkipReason,
    symbols: readonly CodeSymbol[] | undefined,
    limit?: number,
  ): Promise<number | undefined> {
    if (skip) return builder.addBlob(oid, skip, EMPTY, () => []);
    const read = () => {
      const found = symbols ?? this.#reader.read(language, content);
      if ('then' in found) this.#asked.push(found);
      return found;
    };
    const blob = await builder.addBlob(oid, skip, content, read, limit);
    if (this.#asked.length > MAX_ASKED) await this.#asked.shift();
    return blob;
  }

  async #builderFor(bytes: number): Promise<ShardBuilder> {
    const current = this.#current;
    if (current && (current.contentBytes + bytes <= this.maxShardBytes || current.contentBytes === 0) && current.documents < MAX_DOCUMENTS)
      return current;
    await this.#close();
    const id = `${this.repository.id}-${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
    this.#current = new ShardBuilder(join(this.root, 'shards'), id, this.repository);
    return this.#current;
  }

  async #close(): Promise<void> {
    const builder = this.#current;
    if (!builder) return;
    const built = await builder.finish();
    this.#done.push({ builder, built });
    this.#current = undefined;
  }

  async publish(kind: ManifestShard['kind']): Promise<ManifestShard[]> {
    await this.#close();
    this.#reader.close();
    for (const { builder } of this.#done) await builder.publish();
    if (this.#done.length > 0) await syncFolder(join(this.root, 'shards'));
    return this.#done.map(({ built }) => ({ ...built, kind, masks: 0, liveDocuments: built.documents, deadBytes: 0 }));
  }

  async discard(): Promise<void> {
    this.#reader.close();
    await this.#current?.discard();
    for (const { builder } of this.#done) await builder.discard();
  }
}
