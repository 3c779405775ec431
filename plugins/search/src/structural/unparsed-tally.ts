import type { UnparsedFiles, UnparsedReason } from './contract.js';

/** Files that were not parsed, counted by reason and language. */
export class UnparsedTally {
  readonly #counts = new Map<string, { reason: UnparsedReason; language?: string; count: number }>();

  add(reason: UnparsedReason, language: string | undefined, count = 1): void {
    const key = `${reason} ${language ?? ''}`;
    const entry = this.#counts.get(key);
    if (entry) entry.count += count;
    else this.#counts.set(key, { reason, ...(language === undefined ? {} : { language }), count });
  }

  addAll(files: readonly UnparsedFiles[] = []): void {
    for (const { reason, language, count } of files) this.add(reason, language, count);
  }

  /** As the field of an answer; nothing when there are none. */
  list(): { readonly unparsed?: readonly UnparsedFiles[] } {
    return this.#counts.size === 0 ? {} : { unparsed: [...this.#counts.values()].map((entry) => ({ ...entry })) };
  }
}
