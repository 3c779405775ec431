import type { Span } from './ast.js';
import { fieldNamed } from './fields.js';
import type { Token } from './lexer.js';

export interface LonelyParenthesis extends Span {
  readonly opens: boolean;
  /** An operator stands behind it: the group was probably not closed. */
  readonly hasOperator: boolean;
}

/**
 * The first parenthesis without a partner that stands where one groups: before a word, behind one, or alone. It is searched for as text,
 * which beside filters and operators is rarely what was meant. `foo(` is code, and is left alone.
 */
export function lonelyParenthesis(tokens: readonly Token[]): LonelyParenthesis | undefined {
  if (!tokens.some((token) => token.kind === 'filter' || token.kind === 'operator' || beginsWithFilter(token))) return undefined;
  const open: { at: number; groups: boolean }[] = [];
  const lonely: { at: number; opens: boolean }[] = [];
  for (const token of tokens) {
    if (token.kind !== 'word' || token.form !== 'text') continue;
    const { value, valueStart } = token;
    const body = value.length - /\)*$/.exec(value)![0].length;
    const head = /^\(*/.exec(value)![0].length;
    for (let i = 0; i < value.length; i++) {
      if (value[i] === '\\') i++;
      else if (value[i] === '(') open.push({ at: valueStart + i, groups: i < head });
      else if (value[i] === ')' && open.pop() === undefined && i >= body) lonely.push({ at: valueStart + i, opens: false });
    }
  }
  lonely.push(...open.filter(({ groups }) => groups).map(({ at }) => ({ at, opens: true })));
  const first = lonely.sort((a, b) => a.at - b.at)[0];
  if (first === undefined) return undefined;
  const hasOperator = tokens.some((token) => token.kind === 'operator' && token.start > first.at);
  return { start: first.at, end: first.at + 1, opens: first.opens, hasOperator };
}

/** `(repo:x`, where the parenthesis keeps a filter from being one. */
function beginsWithFilter(token: Token): boolean {
  const name = token.kind === 'word' && token.form === 'text' ? /^\(+-?([a-z]+):/i.exec(token.value)?.[1] : undefined;
  return name !== undefined && fieldNamed(name) !== undefined;
}
