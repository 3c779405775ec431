import { isLong } from '../regex/required-literals.js';
import type { CompiledQuery, Node } from './compiled-query.js';

/** True when a search is sure to take long before it has begun: a pattern may backtrack, a regexp leaves no text out, or files are parsed. */
export function isLaborious({ root, atoms }: CompiledQuery): boolean {
  return atoms.some(({ pattern }) => pattern.ambiguous) || readsAll(root) || parses(root);
}

/** What of the documents in an index a search has to look at. */
export function contentRead({ root }: CompiledQuery): 'names' | 'candidates' | 'everything' {
  if (!looksInside(root)) return 'names';
  return narrows(root) ? 'candidates' : 'everything';
}

function looksInside(node: Node): boolean {
  if (node.op === 'and' || node.op === 'or') return node.of.some(looksInside);
  if (node.op === 'not') return looksInside(node.of);
  return node.op === 'content' || node.op === 'structural' || (node.op === 'match' && node.in.has('content'));
}

function parses(node: Node): boolean {
  return node.op === 'structural' || ((node.op === 'and' || node.op === 'or') && node.of.some(parses));
}

/** A regexp has to look at the content of every document. */
function readsAll(node: Node): boolean {
  switch (node.op) {
    case 'and':
      return node.of.some(readsAll) && !node.of.some(narrows);
    case 'or':
      return node.of.some(readsAll);
    case 'not':
      return readsAll(node.of);
    case 'match':
      return node.in.has('content') && !narrows(node) && node.atom.pattern.spec.kind === 'regexp';
    case 'content':
      return !narrows(node) && node.atom.pattern.spec.kind === 'regexp';
    default:
      return false;
  }
}

/** The index knows of most documents that the pattern is not in them. */
function narrows(node: Node): boolean {
  switch (node.op) {
    case 'and':
      return node.of.some(narrows);
    case 'or':
      return node.of.every(narrows);
    case 'match':
    case 'content':
      return node.atom.pattern.required.kind === 'none' || isLong(node.atom.pattern.required);
    default:
      return false;
  }
}
