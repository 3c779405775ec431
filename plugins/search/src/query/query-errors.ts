import type { Fix, PatternType, QueryError, Span } from './ast.js';

/** Stops parsing at the first error of structure; problems with values are collected instead. */
export class QuerySyntaxError extends Error {
  constructor(readonly problem: QueryError) {
    super(problem.message);
  }
}

/** The query with one part of it replaced. An empty replacement takes the blank beside it along. */
export function replacing(text: string, span: Span, replacement: string, description: string): Fix {
  let { start, end } = span;
  if (replacement === '') {
    while (end < text.length && /\s/.test(text[end] as string)) end++;
    if (end === text.length) while (start > 0 && /\s/.test(text[start - 1] as string)) start--;
  }
  // Quoted text ends at a blank, so what touched the old part must not touch the new one.
  const before = replacement !== '' && /[^\s(:-]$/.test(text.slice(0, start)) ? ' ' : '';
  const after = replacement !== '' && /^[^\s)]/.test(text.slice(end)) ? ' ' : '';
  return { description, query: text.slice(0, start) + before + replacement + after + text.slice(end) };
}

/** Text written so that it is searched for as it stands. */
export function asLiteral(value: string, patternType: PatternType): string {
  return patternType === 'keyword' || patternType === 'regexp' ? quote(value) : `content:${quote(value)}`;
}

export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
