import type { EngineDocument } from './contract.js';

/** What a document is, once for each branch that holds it: whoever has had one of these has had it. */
const keysOf = ({ repository, path, branches }: EngineDocument): readonly string[] =>
  branches.map((branch) => `${repository}\0${branch}\0${path}`);

/** The documents that were told, by what they are and not by what was found in them: one that changed meanwhile is the same. */
export class ToldDocuments {
  readonly #keys = new Set<string>();

  add(documents: readonly EngineDocument[]): void {
    for (const document of documents) for (const key of keysOf(document)) this.#keys.add(key);
  }

  addAll(others: ToldDocuments): void {
    for (const key of others.#keys) this.#keys.add(key);
  }

  /** Those that were not told. */
  without(documents: readonly EngineDocument[]): readonly EngineDocument[] {
    return this.#keys.size === 0 ? documents : documents.filter((document) => !keysOf(document).some((key) => this.#keys.has(key)));
  }
}
