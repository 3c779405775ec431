import type { CodeSymbol } from '../index/symbols/code-symbol.js';
import type { Capture, StructuralMatches, StructuralParser } from '../structural/contract.js';
import { UnparsedTally } from '../structural/unparsed-tally.js';
import type { Atom, Node } from './compiled-query.js';
import { contentHits, type Hits, mergeHits } from './content-hits.js';
import type { DocumentView } from './document-view.js';
import type { SearchBudget } from './search-budget.js';

/** What of a document fulfils the query. Ranges are bytes. */
export interface DocumentHits {
  /** Hits in the content, overlapping ones merged. */
  readonly content: Hits;
  readonly path: Hits;
  readonly symbols: readonly CodeSymbol[];
  /** Content hits of each shown pattern, before merging; what ranking looks at. */
  readonly terms: readonly { readonly atom: Atom; readonly hits: Hits }[];
  /** What the metavariables of a structural pattern stood for. */
  readonly captures: readonly Capture[];
  /** Hits as `count:` counts them: those in the content or symbols, else one for the document itself. */
  readonly count: number;
}

/**
 * Judges documents one after another by one expression. Each pattern looks at a document at most once, and at its
 * content only when nothing cheaper has decided.
 */
export class DocumentEvaluator {
  #contentHits: (Hits | undefined)[] = [];
  #pathHits: (Hits | undefined)[] = [];
  #symbolHits: (readonly CodeSymbol[] | undefined)[] = [];
  #structural: StructuralMatches | undefined;
  #document!: DocumentView;
  /** Documents that should have been parsed and could not be. */
  readonly unparsed = new UnparsedTally();

  constructor(
    /** The query as it reads in the document's repository. */
    private readonly root: Node,
    private readonly want: 'content' | 'path' | 'symbol',
    private readonly budget: SearchBudget,
    private readonly parser: StructuralParser,
  ) {}

  /** Undefined when the document does not match, or when the budget ran out before that was known. */
  evaluate(document: DocumentView): DocumentHits | undefined {
    this.begin(document);
    if (!this.holds(this.root) || this.budget.stopped) return undefined;
    return this.#collect();
  }

  /** Turns to a document, of which parts of the query can then be asked one by one. */
  begin(document: DocumentView): void {
    this.#document = document;
    this.#contentHits = [];
    this.#pathHits = [];
    this.#symbolHits = [];
    this.#structural = undefined;
  }

  holds(node: Node): boolean {
    switch (node.op) {
      case 'and':
        return node.of.every((child) => this.holds(child));
      case 'or':
        return node.of.some((child) => this.holds(child));
      case 'not':
        return !this.holds(node.of);
      case 'const':
        return node.value;
      case 'language':
        return this.#document.language !== undefined && node.names.has(this.#document.language);
      case 'repository':
        return node.ids.has(this.#document.repository);
      case 'path':
        return this.#pathOf(node.atom).length > 0;
      case 'content':
        return this.#contentOf(node.atom).length > 0;
      case 'structural':
        return this.#structurallyHolds(node.pattern);
      case 'symbolKind':
        return this.#document.searchable && this.#document.symbols().hasKind(node.kinds);
      case 'match':
        return (
          (node.in.has('path') && this.#pathOf(node.atom).length > 0) ||
          (node.in.has('symbol') && this.#symbolsOf(node.atom).length > 0) ||
          (node.in.has('content') && this.#contentOf(node.atom).length > 0)
        );
    }
  }

  /** Parsing is the dearest test, so it is asked for at most once, and only when all else holds. */
  #structurallyHolds(pattern: string): boolean {
    const document = this.#document;
    if (!document.searchable || this.budget.spent()) return false;
    const outcome = document.validUtf8
      ? this.parser.find(pattern, document.language, document.content(), this.budget)
      : ({ unparsed: 'encoding' } as const);
    if (outcome && 'unparsed' in outcome) this.unparsed.add(outcome.unparsed, document.language);
    else this.#structural = outcome;
    return (this.#structural?.hits.length ?? 0) > 0;
  }

  #contentOf(atom: Atom): Hits {
    return (this.#contentHits[atom.id] ??= contentHits(
      atom,
      this.#document,
      atom.shown && this.want === 'content' ? 'all' : 'first',
      this.budget,
    ));
  }

  #pathOf(atom: Atom): Hits {
    const known = this.#pathHits[atom.id];
    if (known) return known;
    const hits: Hits = [];
    const { path } = this.#document;
    atom.matcher.scan(path, 0, path.length, (start, end) => {
      if (end > start || hits.length === 0) hits.push(start, end);
      return atom.shown && hits.length < 64;
    });
    this.#pathHits[atom.id] = hits;
    return hits;
  }

  #symbolsOf(atom: Atom): readonly CodeSymbol[] {
    const known = this.#symbolHits[atom.id];
    if (known) return known;
    const found = this.#document.searchable ? this.#symbolsNamed(atom) : [];
    this.#symbolHits[atom.id] = found;
    return found;
  }

  /** One scan over all names, a line each. */
  #symbolsNamed(atom: Atom): readonly CodeSymbol[] {
    if (atom.pattern.crossesLines) {
      return [...this.#document.symbols()].filter(({ name }) => {
        const bytes = Buffer.from(name);
        return atom.matcher.find(bytes, 0, bytes.length) !== undefined;
      });
    }
    const names = this.#document.symbolNames();
    const found: CodeSymbol[] = [];
    let symbol = -1;
    let end = 0;
    atom.matcher.scan(names, 0, Math.max(names.length - 1, 0), (start) => {
      if (start < end) return true;
      while (end <= start) {
        end = names.indexOf(0x0a, end) + 1;
        symbol++;
      }
      found.push(this.#document.symbols().at(symbol));
      return !this.budget.step();
    });
    return found;
  }

  /** Gathers the hits of every branch of the expression that holds; a branch that does not hold shows nothing. */
  #collect(): DocumentHits | undefined {
    const gathered: Gathered = { terms: [], path: [], symbols: new Set(), symbolAtoms: false, kinds: undefined };
    this.#gather(this.root, gathered);
    const symbols = this.#shownSymbols(gathered);
    if (this.want === 'symbol' && symbols.length === 0) return undefined;
    const symbolRanges: Hits =
      this.want === 'content' ? symbols.flatMap(({ start, name }) => [start, start + Buffer.byteLength(name)]) : [];
    const content =
      this.want === 'content'
        ? mergeHits([...gathered.terms.map(({ hits }) => hits), symbolRanges, [...(this.#structural?.hits ?? [])]])
        : [];
    const count = this.want === 'symbol' ? symbols.length : Math.max(content.length / 2, 1);
    return { content, path: mergeHits(gathered.path), symbols, terms: gathered.terms, captures: this.#structural?.captures ?? [], count };
  }

  #gather(node: Node, into: Gathered): void {
    if (node.op === 'and') for (const child of node.of) this.#gather(child, into);
    else if (node.op === 'or') {
      for (const child of node.of) if (this.holds(child)) this.#gather(child, into);
    } else if (node.op === 'symbolKind') into.kinds = new Set([...(into.kinds ?? []), ...node.kinds]);
    else if (node.op === 'match') {
      if (node.in.has('path')) into.path.push(this.#pathOf(node.atom));
      if (node.in.has('content') && this.want !== 'path') into.terms.push({ atom: node.atom, hits: this.#contentOf(node.atom) });
      if (node.in.has('symbol') && this.want !== 'path') {
        into.symbolAtoms = true;
        for (const symbol of this.#symbolsOf(node.atom)) into.symbols.add(symbol);
      }
    }
  }

  #shownSymbols({ symbols, symbolAtoms, kinds }: Gathered): readonly CodeSymbol[] {
    const source = symbolAtoms
      ? [...symbols].sort((a, b) => a.start - b.start)
      : this.want === 'symbol' && this.#document.searchable
        ? [...this.#document.symbols()]
        : [];
    return kinds ? source.filter(({ kind }) => kinds.has(kind)) : source;
  }
}

interface Gathered {
  readonly terms: { atom: Atom; hits: Hits }[];
  readonly path: Hits[];
  readonly symbols: Set<CodeSymbol>;
  symbolAtoms: boolean;
  kinds: Set<string> | undefined;
}
