import type { PatternSpec } from '../engine/contract.js';
import { isAmbiguous } from './ambiguity.js';
import { type Assertion, concat, isNullable, type Node, some } from './ast.js';
import { type ByteReading, emitSource, hasEmptyLoop } from './emit.js';
import { Re2Finder, V8Finder } from './finders.js';
import { parseRegex } from './parse-regex.js';
import type { CompiledPattern } from './pattern.js';
import { PatternError } from './regex-error.js';
import { RegexpMatcher } from './regexp-matcher.js';
import { requiredLiterals } from './required-literals.js';
import { simplify } from './simplify.js';
import { foldCodePoint } from './unicode.js';
import { v8Linear } from './v8-linear.js';

/** How a regexp will run; plain data for `explain`. */
export interface EnginePlan {
  readonly engine: 'v8' | 're2';
  /** Undefined when only RE2 can run it. */
  readonly v8?: { readonly bytes: string; readonly utf8: string; readonly flags: string };
  readonly re2: { readonly bytes: string; readonly utf8: string };
  /** A bad text ends in linear time: V8's own linear engine stands behind, or RE2 runs. */
  readonly linear: boolean;
  readonly ambiguous: boolean;
}

/**
 * Compiles a regexp, or a literal whose case folding needs more than ASCII.
 * @throws PatternError
 */
export function compileRegexp(spec: PatternSpec): CompiledPattern {
  const { node, crossesLines } = spec.kind === 'literal' ? foldedLiteral(spec.source) : parsed(spec);
  const simple = simplify(node);
  const plan = planEngine(simple);
  const { v8, re2 } = plan;
  // An empty match must not fall inside a character, so the reading matters to it.
  const bytewise = re2.bytes === re2.utf8 && !isNullable(simple);
  const lineByLine = !crossesLines && asserts(simple, 'lineEnd');
  const matcher = new RegexpMatcher({
    engine: plan.engine,
    bytewise,
    watchTime: plan.ambiguous,
    finder: (engine, reading) =>
      engine === 'v8' && v8 !== undefined ? new V8Finder(v8[reading], v8.flags) : new Re2Finder(re2[reading], lineByLine),
  });
  return { spec, required: requiredLiterals(simple), crossesLines, bytewise, matcher: () => matcher };
}

/** Chooses the engine: V8 where a linear engine backs it or the pattern cannot explode, RE2 otherwise. */
export function planEngine(node: Node): EnginePlan {
  const ambiguous = isAmbiguous(node);
  const re2 = { bytes: re2Source(node, 'bytes'), utf8: re2Source(node, 'utf8') };
  const flags = v8Flags(node);
  if (flags === undefined || hasEmptyLoop(node)) return { engine: 're2', re2, linear: true, ambiguous };
  const linear = v8Source(node, flags, true);
  if (linear !== undefined && v8Linear().accepts(linear.bytes, flags) && v8Linear().accepts(linear.utf8, flags)) {
    return { engine: 'v8', v8: linear, re2, linear: true, ambiguous };
  }
  const plain = v8Source(node, flags, false);
  if (ambiguous || plain === undefined) return { engine: 're2', re2, linear: true, ambiguous };
  return { engine: 'v8', v8: plain, re2, linear: false, ambiguous };
}

/** `$` means line ends under `m` and the text's end without; a pattern that needs both needs another engine. */
function v8Flags(node: Node): string | undefined {
  const textEnd = asserts(node, 'textEnd');
  return textEnd && asserts(node, 'lineEnd') ? undefined : textEnd ? 'g' : 'gm';
}

function asserts(node: Node, at: Assertion): boolean {
  return some(node, (n) => n.kind === 'assert' && n.at === at);
}

function v8Source(node: Node, flags: string, writeOutCounts: boolean): EnginePlan['v8'] {
  const bytes = emitSource(node, { reading: 'bytes', dialect: 'v8', writeOutCounts });
  const utf8 = emitSource(node, { reading: 'utf8', dialect: 'v8', writeOutCounts });
  return bytes === undefined || utf8 === undefined ? undefined : { bytes, utf8, flags };
}

function re2Source(node: Node, reading: ByteReading): string {
  return emitSource(node, { reading, dialect: 're2', writeOutCounts: false }) ?? '';
}

function parsed(spec: PatternSpec): { node: Node; crossesLines: boolean } {
  const result = parseRegex(spec.source, spec);
  if (result.ok)
    return {
      node: result.regex.node,
      crossesLines: result.regex.crossesLines || asserts(result.regex.node, 'textStart') || asserts(result.regex.node, 'textEnd'),
    };
  const { code, message, start, end } = result.error;
  throw new PatternError(code, message, start, end);
}

function foldedLiteral(text: string): { node: Node; crossesLines: boolean } {
  return { node: concat([...text].map(foldedChar)), crossesLines: text.includes('\n') };
}

function foldedChar(char: string): Node {
  const ranges = foldCodePoint(char.codePointAt(0) as number);
  return ranges.length === 2 && ranges[0] === ranges[1] ? { kind: 'literal', text: char } : { kind: 'class', ranges };
}
