import type { Repository } from '@sextant/plugin-code-host/api';
import type { DocExpr, PatternSpec } from '../engine/contract.js';
import { compilePattern } from '../regex/pattern.js';

/** Start and end, in code points. */
export type Range = readonly [number, number];

export interface NameMatch {
  readonly repository: Repository;
  /** In the name. */
  readonly ranges: readonly Range[];
}

/** Repositories whose names fit; with no pattern at all, every one in scope. */
export function matchRepositories(expr: DocExpr, repositories: readonly Repository[]): readonly NameMatch[] {
  const test = nameTest(expr);
  return repositories.flatMap((repository) => {
    const ranges = test(Buffer.from(repository.name), repository.id);
    return ranges ? [{ repository, ranges: ranges.sort(([a], [b]) => a - b) }] : [];
  });
}

type Test = (name: Buffer, repositoryId: number) => [number, number][] | undefined;

function nameTest(expr: DocExpr): Test {
  switch (expr.op) {
    case 'const':
      return () => (expr.value ? [] : undefined);
    case 'not': {
      const inner = nameTest(expr.of);
      return (name, id) => (inner(name, id) ? undefined : []);
    }
    case 'and': {
      const tests = expr.of.map(nameTest);
      return (name, id) => {
        const all: [number, number][] = [];
        for (const test of tests) {
          const ranges = test(name, id);
          if (!ranges) return undefined;
          all.push(...ranges);
        }
        return all;
      };
    }
    case 'or': {
      const tests = expr.of.map(nameTest);
      return (name, id) => {
        const found = tests.flatMap((test) => [test(name, id)].filter((r) => r !== undefined));
        return found.length > 0 ? found.flat() : undefined;
      };
    }
    case 'match':
      return hitsOf(expr.pattern);
    case 'repository': {
      const ids = new Set(expr.ids);
      return (_name, id) => (ids.has(id) ? [] : undefined);
    }
    default:
      return () => undefined; // A condition on files says nothing of a repository.
  }
}

/** Where a pattern occurs in a short text; undefined: nowhere. */
export function hitsOf(pattern: PatternSpec): (text: Buffer) => [number, number][] | undefined {
  const matcher = compilePattern(pattern).matcher();
  return (text) => {
    const ranges: [number, number][] = [];
    for (let from = 0; from <= text.length; ) {
      const hit = matcher.find(text, from, text.length);
      if (!hit) break;
      ranges.push([codePoints(text, hit.start), codePoints(text, hit.end)]);
      from = hit.end > hit.start ? hit.end : hit.end + 1;
    }
    return ranges.length > 0 ? ranges : undefined;
  };
}

const codePoints = (bytes: Buffer, end: number): number => [...bytes.toString('utf8', 0, end)].length;
