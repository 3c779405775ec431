import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { syncFolder } from './durable-file.js';
import type { ManifestShard } from './manifest.js';
import { type BuiltShard, ShardBuilder } from './shard-builder.js';
import type { SkipReason } from './skip-reason.js';
import type { CodeSymbol } from './symbols/code-symbol.js';
import { TurnTaker } from './turn-taker.js';

const MAX_DOCUMENTS = 1 << 16;
const EMPTY = Buffer.alloc(0);

export interface PlacedDocument {
  readonly path: string;
  readonly category: number;
  readonly language: string | undefined;
  readonly skip: SkipReason;
  readonly mask: bigint;
}

/** Writes documents into as many shards as their size asks for. Nothing is visible before `publish`. */
export class ShardSequence {
  readonly #done: { builder: ShardBuilder; built: BuiltShard }[] = [];
  readonly #turns = new TurnTaker();
  #current: ShardBuilder | undefined;

  constructor(
    private readonly root: string,
    private readonly repository: { readonly id: number; readonly name: string },
    private readonly maxShardBytes: number,
  ) {}

  /** Adds one blob with its documents; `symbols` is asked only when the content is stored. */
  async add(oid: string, content: Buffer, documents: readonly PlacedDocument[], symbols: () => readonly CodeSymbol[]): Promise<void> {
    await this.#turns.breathe();
    const current = await this.#builderFor(content.length);
    for (const { path, category, language, skip, mask } of documents) {
      const stored = skip === '';
      const blob = current.blobOf(oid, skip) ?? (await current.addBlob(oid, skip, stored ? content : EMPTY, stored ? symbols() : []));
      current.addDocument({ path, blob, language, category, skip, mask });
    }
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

  /** Gives the shards their names and answers their entries for the manifest. */
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
