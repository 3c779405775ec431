import { createRequire } from 'node:module';
import { type Capture, MAX_CAPTURE_CHARACTERS, MAX_CAPTURED_MATCHES, type StructuralMatches, type UnparsedReason } from './contract.js';
import { GRAMMARS } from './grammars.js';
import { compileTemplate, type Engine, metavariablesOf, type Template } from './template.js';

type EngineNode = ReturnType<ReturnType<Engine['parse']>['root']>;

/** The engine with the grammars that are installed. It runs native code on hostile input: in a process of its own only. */
export class TreeSearch {
  /** By language and pattern; null: it is none in that language. */
  readonly #templates = new Map<string, Template | null>();

  private constructor(
    private readonly engine: Engine,
    /** The characters by which grammars know a metavariable, by Linguist's name of the language. */
    private readonly available: ReadonlyMap<string, string>,
  ) {}

  /** Undefined where the engine is not made for this machine. */
  static load(): TreeSearch | undefined {
    const require = createRequire(import.meta.url);
    try {
      const engine = require('@ast-grep/napi') as Engine;
      const available = new Map<string, string>();
      const registrations: Parameters<Engine['registerDynamicLanguage']>[0] = {};
      for (const [language, grammar] of Object.entries(GRAMMARS)) {
        if (grammar.package === undefined) available.set(language, grammar.expando ?? '$');
        else
          try {
            const { libraryPath, extensions, languageSymbol, expandoChar } = require(grammar.package);
            registrations[grammar.name] = { libraryPath, extensions, languageSymbol, expandoChar };
            available.set(language, expandoChar ?? '$');
          } catch {
            // Not installed, or not made for this machine: its files are counted as those without a grammar.
          }
      }
      engine.registerDynamicLanguage(registrations);
      return new TreeSearch(engine, available);
    } catch {
      return undefined;
    }
  }

  find(pattern: string, language: string, content: Buffer): StructuralMatches | { readonly unparsed: UnparsedReason } {
    const expando = this.available.get(language);
    if (expando === undefined) return { unparsed: 'no-grammar' };
    const key = `${language}\0${pattern}`;
    let template = this.#templates.get(key);
    if (template === undefined) {
      template = compileTemplate(this.engine, GRAMMARS[language]!, expando, pattern) ?? null;
      if (this.#templates.size > 64) this.#templates.clear();
      this.#templates.set(key, template);
    }
    if (template === null) return { unparsed: 'pattern' };
    const text = content.toString('utf8');
    const found = this.engine.parse(GRAMMARS[language]!.name, text).root().findAll({ rule: template });
    const all = found.map((node) => ({ node, start: node.range().start.index, end: node.range().end.index }));
    all.sort((a, b) => a.start - b.start || b.end - a.end);
    const ranges = outermost(all);
    const shown = ranges.slice(0, MAX_CAPTURED_MATCHES).flatMap(({ node }) => capturesOf(node, metavariablesOf(pattern), text));
    const offsets = byteOffsets(
      text,
      [...ranges, ...shown].flatMap(({ start, end }) => [start, end]),
    );
    return {
      hits: ranges.flatMap(({ start, end }) => [offsets.get(start)!, offsets.get(end)!]),
      captures: shown.map((capture) => ({ ...capture, start: offsets.get(capture.start)!, end: offsets.get(capture.end)! })),
    };
  }
}

/** @param ranges ascending, the longer first where two start together */
function outermost<T extends { readonly start: number; readonly end: number }>(ranges: readonly T[]): T[] {
  let end = -1;
  return ranges.filter((range) => {
    const outside = range.start >= end;
    if (outside) end = range.end;
    return outside;
  });
}

/** Offsets are UTF-16 units still. */
function capturesOf(node: EngineNode, names: readonly { readonly name: string; readonly several: boolean }[], text: string): Capture[] {
  return names.flatMap(({ name, several }) => {
    const nodes = several ? node.getMultipleMatches(name) : [node.getMatch(name) ?? []].flat();
    const start = nodes[0]?.range().start.index;
    const end = nodes.at(-1)?.range().end.index;
    return start === undefined || end === undefined
      ? []
      : [{ name, start, end, text: text.slice(start, Math.min(end, start + MAX_CAPTURE_CHARACTERS)) }];
  });
}

/** Bytes before each of these UTF-16 offsets. */
function byteOffsets(text: string, offsets: readonly number[]): ReadonlyMap<number, number> {
  const bytes = new Map<number, number>();
  let at = 0;
  let count = 0;
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    count += Buffer.byteLength(text.slice(at, offset));
    at = offset;
    bytes.set(offset, count);
  }
  return bytes;
}
