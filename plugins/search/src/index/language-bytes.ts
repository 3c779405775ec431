import { CATEGORY } from './path-category.js';

const NOT_WRITTEN_HERE = CATEGORY.vendored | CATEGORY.generated | CATEGORY.minified;

/** Bytes of files by their language: of those that people write in the repository, and not of what was copied into it or made by a program. */
export class LanguageBytes {
  readonly bytes = new Map<string, number>();

  add(language: string | undefined, category: number, bytes: number): void {
    if (language === undefined || (category & NOT_WRITTEN_HERE) !== 0) return;
    this.bytes.set(language, (this.bytes.get(language) ?? 0) + bytes);
  }

  addAll(counted: ReadonlyMap<string, number>): void {
    for (const [language, bytes] of counted) this.add(language, 0, bytes);
  }

  /** The one of most bytes among those that count; undefined where none does. */
  main(counts: (language: string) => boolean): string | undefined {
    let found: readonly [string, number] | undefined;
    // Two of equal size: always the same one of them.
    for (const [language, bytes] of [...this.bytes].sort(([a], [b]) => (a < b ? -1 : 1)))
      if (counts(language) && bytes > (found?.[1] ?? 0)) found = [language, bytes];
    return found?.[0];
  }
}
