import { Bitset } from '../index/bitset.js';
import type { Shard } from '../index/shard.js';
import type { Atom, Node } from './compiled-query.js';
import { type Candidates, candidatesOf, mayBeInPaths } from './shard-candidates.js';

/** Up to one of so many blobs, reading the names of each when its turn comes costs less than reading all names. */
const FEW_BLOBS = 8;

/** Up to so many documents, judging each costs less than narrowing them further: that takes the paths of the whole shard, and lists. */
const FEW_DOCUMENTS = 16;
/** Of a small shard, lists and paths are short. */
const FEW_OF = 8;

/** Narrows a shard to the documents that can fulfil an expression; what it leaves out surely does not. */
export class PossibleDocuments {
  /** By atom id. */
  readonly #candidates: (Candidates | undefined)[] = [];

  constructor(private readonly shard: Shard) {}

  of(node: Node): Bitset {
    switch (node.op) {
      case 'and':
        return node.of.slice(1).reduce((set, child) => (this.#areFew(set) ? set : set.intersect(this.of(child))), this.of(node.of[0]!));
      case 'or':
        return node.of.slice(1).reduce((set, child) => set.unite(this.of(child)), this.of(node.of[0]!));
      case 'not':
        this.#prepareNegated(node.of);
        return Bitset.full(this.shard.documents);
      case 'const':
        return node.value ? Bitset.full(this.shard.documents) : new Bitset(this.shard.documents);
      case 'repository':
        return Bitset.full(this.shard.documents);
      case 'language':
        return this.#withLanguage(node.names);
      case 'path':
        return this.#withPath(node.atom);
      case 'content':
        return this.#withContent(node.atom);
      // The words of its pattern stand beside it.
      case 'structural':
        return this.shard.searchable.clone();
      case 'symbolKind':
        return this.#where((document) => this.shard.hasSymbols(this.shard.blobOfDocument[document]!));
      case 'match': {
        const found = new Bitset(this.shard.documents);
        if (node.in.has('path')) found.unite(this.#withPath(node.atom));
        if (node.in.has('symbol')) found.unite(this.#withSymbol(node.atom));
        if (node.in.has('content')) found.unite(this.#withContent(node.atom));
        return found;
      }
    }
  }

  #areFew(documents: Bitset): boolean {
    const few = Math.min(FEW_DOCUMENTS, this.shard.documents / FEW_OF);
    let found = 0;
    for (let one = documents.next(0); one >= 0; one = documents.next(one + 1)) if (++found > few) return false;
    return true;
  }

  /** Under a `not` nothing is left out, but knowing where the pattern cannot be spares reading. */
  #prepareNegated(node: Node): void {
    if (node.op === 'and' || node.op === 'or') for (const child of node.of) this.#prepareNegated(child);
    else if (node.op === 'not') this.#prepareNegated(node.of);
    else if (node.op === 'content' || (node.op === 'match' && node.in.has('content'))) this.candidatesOf(node.atom);
  }

  /** Worked out when it is first asked for. Undefined: the pattern can match anywhere. */
  candidatesOf(atom: Atom): Candidates | undefined {
    if (!this.isNarrowed(atom)) this.#candidates[atom.id] = candidatesOf(atom.pattern.required, this.shard, !atom.pattern.crossesLines);
    return this.#candidates[atom.id];
  }

  /** Whether it has been asked for. */
  isNarrowed(atom: Atom): boolean {
    return atom.id in this.#candidates;
  }

  #withContent(atom: Atom): Bitset {
    const candidates = this.candidatesOf(atom);
    if (!candidates) return this.shard.searchable.clone();
    const { blobs } = candidates;
    if (blobs.next(0) < 0) return new Bitset(this.shard.documents);
    return this.shard.documentsOf(blobs).intersect(this.shard.searchable);
  }

  #withLanguage(names: ReadonlySet<string>): Bitset {
    const wanted = this.shard.meta.languages.map((name) => names.has(name));
    return wanted.includes(true)
      ? this.#where((document) => wanted[this.shard.languageOfDocument[document]!]!)
      : new Bitset(this.shard.documents);
  }

  /** Paths stand one a line, so one scan judges them all; a pattern that crosses lines is left to the evaluation. */
  #withPath(atom: Atom): Bitset {
    if (!mayBeInPaths(atom.pattern.required, this.shard)) return new Bitset(this.shard.documents);
    if (atom.pattern.crossesLines) return Bitset.full(this.shard.documents);
    return this.#linesWith(atom, this.shard.pathLines, this.shard.pathStart, this.shard.documents);
  }

  /** The names of symbols stand in the content: where the pattern cannot be, they need not be read. */
  #withSymbol(atom: Atom): Bitset {
    const { shard } = this;
    const within = this.candidatesOf(atom)?.blobs;
    const isFew = within !== undefined && within.count() * FEW_BLOBS < shard.blobs;
    const found =
      isFew || atom.pattern.crossesLines
        ? (within ?? Bitset.full(shard.blobs))
        : this.#linesWith(atom, withoutLastNewline(shard.allSymbolNames()), shard.nameStart, shard.blobs);
    return shard.documentsOf(found).intersect(shard.searchable);
  }

  /** The entries of a table of lines in which a pattern occurs. Behind the last newline is no line, but an empty match would be found there. */
  #linesWith(atom: Atom, lines: Buffer, starts: Uint32Array, entries: number): Bitset {
    const found = new Bitset(entries);
    let entry = 0;
    atom.matcher.scan(lines, 0, lines.length, (start) => {
      while (starts[entry + 1]! <= start) entry++;
      found.add(entry);
    });
    return found;
  }

  #where(holds: (document: number) => boolean): Bitset {
    const found = new Bitset(this.shard.documents);
    for (let document = 0; document < this.shard.documents; document++) if (holds(document)) found.add(document);
    return found;
  }
}

const withoutLastNewline = (lines: Buffer): Buffer => lines.subarray(0, Math.max(lines.length - 1, 0));
