import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { syncFolder } from './durable-file.js';
import type { ManifestShard } from './manifest.js';
import { type BuiltShard, ShardBuilder } from './shard-builder.js';
import type { PlacedDocument, ShardWriter } from './shard-writer.js';
import type { SkipReason } from './skip-reason.js';
import type { CodeSymbol, ExtractSymbols } from './symbols/code-symbol.js';
import { TurnTaker } from './turn-taker.js';

const MAX_DOCUMENTS = 1 << 16;
const EMPTY = Buffer.alloc(0);

/** Builds shards on the calling thread, which it shares. */
export class ShardSequence implements ShardWriter {
  readonly #done: { builder: ShardBuilder; built: BuiltShard }[] = [];
  readonly #turns = new TurnTaker();
  #current: ShardBuilder | undefined;

  constructor(
    private readonly root: string,
    private readonly repository: { readonly id: number; readonly name: string },
    private readonly maxShardBytes: number,
    private readonly extractSymbols: ExtractSymbols,
  ) {}

  async add(oid: string, content: Buffer, documents: readonly PlacedDocument[], symbols?: readonly CodeSymbol[]): Promise<void> {
    await this.#turns.breathe();
    const current = await this.#builderFor(content.length);
    for (const { path, category, language, skip, mask } of documents) {
      const blob = current.blobOf(oid, skip) ?? (await this.#addBlob(current, oid, content, language, skip, symbols));
      current.addDocument({ path, blob, language, category, skip, mask });
    }
  }

  #addBlob(
    builder: ShardBuilder,
    oid: string,
    content: Buffer,
    language: string | undefined,
    skip: SkipReason,
    symbols?: readonly CodeSymbol[],
  ): Promise<number> {
    if (skip) return builder.addBlob(oid, skip, EMPTY, []);
    return builder.addBlob(oid, skip, content, symbols ?? this.extractSymbols(language, content));
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
    for (const { builder } of this.#done) await builder.publish();
    if (this.#done.length > 0) await syncFolder(join(this.root, 'shards'));
    return this.#done.map(({ built }) => ({ ...built, kind, masks: 0, liveDocuments: built.documents, deadBytes: 0 }));
  }

  async discard(): Promise<void> {
    await this.#current?.discard();
    for (const { builder } of this.#done) await builder.discard();
  }
}
