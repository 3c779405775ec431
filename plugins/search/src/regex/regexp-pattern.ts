import type { PatternSpec } from '../engine/contract.js';
import { isAmbiguous } from './ambiguity.js';
import { type Assertion, concat, isNullable, type Node, some } from './ast.js';
import type { CompiledPattern } from './compiled-pattern.js';
import { type ByteReading, type EmitOptions, emitSource, hasEmptyLoop, hasLongLoop } from './emit.js';
import { Re2Finder, V8Finder } from './finders.js';
import { parseRegex } from './parse-regex.js';
import { PatternError } from './regex-error.js';
import { RegexpMatcher } from './regexp-matcher.js';
import { requiredLiterals } from './required-literals.js';
import { simplify } from './simplify.js';
import { foldCodePoint } from './unicode.js';
import { v8Linear } from './v8-linear.js';

/** Shorter texts are found too often to lead anywhere. */
const LEADING_TEXT = 3;

/** How a regexp will run; plain data for `explain`. */
export interface EnginePlan {
  readonly engine: 'v8' | 're2';
  readonly why: string;
  /** Absent when only RE2 can run it. */
  readonly v8?: V8Source;
  /** The form that reaches V8's linear engine soon, for ambiguous patterns and long lines; absent: RE2 runs there. */
  readonly guarded?: V8Source;
  readonly re2: Readonly<Record<ByteReading, string>>;
  readonly ambiguous: boolean;
}

type V8Source = Readonly<Record<ByteReading | 'flags', string>>;

/**
 * Compiles a regexp, or a literal whose case folding needs more than ASCII.
 * @throws PatternError
 */
export function compileRegexp(spec: PatternSpec): CompiledPattern {
  const { node, crossesLines } = spec.kind === 'literal' ? foldedLiteral(spec.source) : parsed(spec);
  const simple = simplify(node);
  const plan = planEngine(simple);
  // An empty match must not fall inside a character, so the reading matters to it.
  const bytewise = plan.re2.bytes === plan.re2.utf8 && !isNullable(simple);
  const lineByLine = !crossesLines && asserts(simple, 'lineEnd');
  const matcher = new RegexpMatcher({
    engine: plan.engine,
    bytewise,
    crossesLines,
    ambiguous: plan.ambiguous,
    longLoops: hasLongLoop(simple),
    finder(engine, reading) {
      const source = engine === 'guarded' ? plan.guarded : engine === 'v8' ? plan.v8 : undefined;
      return source === undefined ? new Re2Finder(plan.re2[reading], lineByLine) : new V8Finder(source[reading], source.flags);
    },
  });
  const { why, ambiguous } = plan;
  const leads = plan.engine === 'v8' && !ambiguous && beginsWithText(simple);
  return { spec, required: requiredLiterals(simple), crossesLines, bytewise, leads, why, ambiguous, matcher: () => matcher };
}

function beginsWithText(node: Node): boolean {
  if (node.kind === 'concat') return node.of.length > 0 && beginsWithText(node.of[0]!);
  if (node.kind === 'capture') return beginsWithText(node.of);
  return node.kind === 'literal' && node.text.length >= LEADING_TEXT;
}

/** Chooses the engine: V8 where a linear engine backs it or the pattern cannot explode on a short line, RE2 otherwise. */
export function planEngine(node: Node): EnginePlan {
  const ambiguous = isAmbiguous(node);
  const re2 = { bytes: re2Source(node, 'bytes'), utf8: re2Source(node, 'utf8') };
  const flags = v8Flags(node);
  const onRe2 = (why: string): EnginePlan => ({ engine: 're2', why, re2, ambiguous });
  if (flags === undefined) return onRe2('it asks for the end of a line and for the end of the file');
  if (hasEmptyLoop(node)) return onRe2('a part that repeats may be empty, which RE2 reads in another way than the runtime');
  const guarded = v8Source(node, flags, { writeOutCounts: true, captureLoops: true });
  if (guarded !== undefined && isLinear(guarded)) {
    const why = 'the runtime has a linear engine to fall back to';
    return { engine: 'v8', why, v8: v8Source(node, flags, { writeOutCounts: true }), guarded, re2, ambiguous };
  }
  if (ambiguous) return onRe2('the runtime could backtrack for very long');
  const v8 = v8Source(node, flags, { writeOutCounts: false });
  if (v8 === undefined) return onRe2('the runtime has no such expression');
  return { engine: 'v8', why: 'it leaves the runtime little to go back to', v8, re2, ambiguous };
}

function isLinear({ bytes, utf8, flags }: V8Source): boolean {
  return v8Linear().accepts(bytes, flags) && v8Linear().accepts(utf8, flags);
}

/** `$` means line ends under `m` and the text's end without; a pattern that needs both needs another engine. */
function v8Flags(node: Node): string | undefined {
  const textEnd = asserts(node, 'textEnd');
  return textEnd && asserts(node, 'lineEnd') ? undefined : textEnd ? 'g' : 'gm';
}

function asserts(node: Node, at: Assertion): boolean {
  return some(node, (n) => n.kind === 'assert' && n.at === at);
}

function v8Source(node: Node, flags: string, options: Pick<EmitOptions, 'writeOutCounts' | 'captureLoops'>): V8Source | undefined {
  const bytes = emitSource(node, { reading: 'bytes', dialect: 'v8', ...options });
  const utf8 = emitSource(node, { reading: 'utf8', dialect: 'v8', ...options });
  return bytes === undefined || utf8 === undefined ? undefined : { bytes, utf8, flags };
}

function re2Source(node: Node, reading: ByteReading): string {
  return emitSource(node, { reading, dialect: 're2', writeOutCounts: false }) ?? '';
}

function parsed(spec: PatternSpec): { node: Node; crossesLines: boolean } {
  const result = parseRegex(spec.source, spec);
  if (result.ok) {
    const { node, crossesLines } = result.regex;
    return { node, crossesLines: crossesLines || asserts(node, 'textStart') || asserts(node, 'textEnd') };
  }
  const { code, message, start, end } = result.error;
  throw new PatternError(code, message, start, end);
}

/** The longest text with letters beyond ASCII that is compared without regard to case. */
export const MAX_FOLDED_TEXT = 4_000;

function foldedLiteral(text: string): { node: Node; crossesLines: boolean } {
  if (text.length > MAX_FOLDED_TEXT) {
    throw new PatternError(
      'too-large',
      `A text of more than ${MAX_FOLDED_TEXT} characters is only searched with its case.`,
      0,
      text.length,
    );
  }
  return { node: concat([...text].map(foldedChar)), crossesLines: text.includes('\n') };
}

function foldedChar(char: string): Node {
  const ranges = foldCodePoint(char.codePointAt(0) as number);
  return ranges.length === 2 && ranges[0] === ranges[1] ? { kind: 'literal', text: char } : { kind: 'class', ranges };
}
