import type { EngineCounts } from './contract.js';

const TEST = /(?:^|\/)(?:tests?|__tests__|spec)\/|[._-](?:test|spec)\.[a-z]+$/i;
const ENDING = /\.([A-Za-z0-9]{1,10})$/;

/** What facets tell of a path. */
export const endingOf = (path: string): string | undefined => ENDING.exec(path)?.[1];
export const isTest = (path: string): boolean => TEST.test(path);

export interface CountedDocument {
  readonly path: string;
  readonly language: string | undefined;
  readonly kind: keyof EngineCounts['kinds'];
  readonly matches: number;
}

/** Documents of one repository that are counted and not shown. */
export class DocumentCounts implements EngineCounts {
  documents = 0;
  readonly kinds: Record<keyof EngineCounts['kinds'], number> = { content: 0, path: 0 };
  tests = 0;
  readonly languages: Record<string, number> = Object.create(null) as Record<string, number>;
  readonly endings: Record<string, number> = Object.create(null) as Record<string, number>;

  constructor(readonly repository: number) {}

  add({ path, language, kind, matches }: CountedDocument): void {
    this.documents++;
    this.kinds[kind] += matches;
    if (isTest(path)) this.tests += matches;
    if (language !== undefined) this.languages[language] = (this.languages[language] ?? 0) + matches;
    const ending = endingOf(path);
    if (ending !== undefined) this.endings[ending] = (this.endings[ending] ?? 0) + matches;
  }

  addAll(other: EngineCounts): void {
    this.documents += other.documents;
    for (const kind of ['content', 'path'] as const) this.kinds[kind] += other.kinds[kind];
    this.tests += other.tests;
    for (const [language, matches] of Object.entries(other.languages)) this.languages[language] = (this.languages[language] ?? 0) + matches;
    for (const [ending, matches] of Object.entries(other.endings)) this.endings[ending] = (this.endings[ending] ?? 0) + matches;
  }

  /** As plain data. */
  told(): EngineCounts {
    const { repository, documents, kinds, tests, languages, endings } = this;
    return { repository, documents, kinds, tests, languages: { ...languages }, endings: { ...endings } };
  }
}
