import { DEFAULT_LIMITS, type SkipReason, skipBySize } from '../index/skip-reason.js';
import type { ScanDocument, ScanScope, ScanTask } from './scan-batch.js';
import type { ScanInput, ScanRequest } from './scan-request.js';
import type { TaskQueue } from './search-run.js';

const BATCH_DOCUMENTS = 128;
const BATCH_BYTES = 512 << 10;
/** Batches that wait for a thread; beyond it the stream of documents is held back. */
const MAX_WAITING = 2;

/** Packs documents into batches for threads, a shared buffer each. */
export class ScanBatches implements TaskQueue {
  /** Batches made so far. */
  made = 0;
  readonly #scope: ScanScope;
  readonly #waiting: ScanTask[] = [];
  #documents: ScanDocument[] = [];
  #contents: Buffer[] = [];
  #bytes = 0;
  #closed = false;
  #resume: () => void = () => undefined;

  constructor(private readonly request: ScanRequest) {
    const { repository, revision, commit, documentLimits = DEFAULT_LIMITS } = request;
    this.#scope = { repository: repository.id, rank: repository.rank, freshness: repository.freshness, revision, commit, documentLimits };
  }

  get drained(): boolean {
    return this.#closed && this.#waiting.length === 0;
  }

  /** True when a batch is ready to be taken. */
  add({ path, oid, content, skip, symbols }: ScanInput): boolean {
    const large = this.request.isLarge?.(path) ?? false;
    const reason: SkipReason = skip || (content ? skipBySize(content.length, large, this.#scope.documentLimits) : 'missing');
    const start = this.#bytes;
    if (!reason) {
      this.#contents.push(Buffer.from(content!));
      this.#bytes += content!.length;
    }
    const language = this.request.languageOf(path);
    this.#documents.push({ path, oid, large, skip: reason, language, symbols, start, end: this.#bytes });
    if (this.#documents.length < BATCH_DOCUMENTS && this.#bytes < BATCH_BYTES) return false;
    this.#seal();
    return true;
  }

  take(): readonly ScanTask[] | undefined {
    const batch = this.#waiting.shift();
    this.#resume();
    return batch && [batch];
  }

  /** Resolves when another batch may be made. */
  async room(): Promise<void> {
    while (this.#waiting.length >= MAX_WAITING && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
    }
  }

  /** No more documents come; what was added is still to be taken. */
  close(): void {
    if (this.#documents.length > 0) this.#seal();
    this.#closed = true;
    this.#resume();
  }

  /** Drops what is still to be taken. */
  abandon(): void {
    this.#documents = [];
    this.#waiting.length = 0;
    this.close();
  }

  #seal(): void {
    const bytes = new SharedArrayBuffer(this.#bytes);
    const target = Buffer.from(bytes);
    let at = 0;
    for (const content of this.#contents) at += content.copy(target, at);
    this.#waiting.push({ index: this.made++, scope: this.#scope, documents: this.#documents, bytes });
    this.#documents = [];
    this.#contents = [];
    this.#bytes = 0;
  }
}
