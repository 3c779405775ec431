import type { Repository } from '@sextant/plugin-code-host/api';
import type { DocExpr } from '../engine/contract.js';
import { compilePattern } from '../regex/pattern.js';

export interface NameMatch {
  readonly repository: Repository;
  /** Code points of the name. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** Repositories whose names fit; with no pattern at all, every one in scope. */
export function matchRepositories(expr: DocExpr, repositories: readonly Repository[]): readonly NameMatch[] {
  const test = nameTest(expr);
  return repositories.flatMap((repository) => {
    const ranges = test(Buffer.from(repository.name));
    return ranges ? [{ repository, ranges: ranges.sort(([a], [b]) => a - b) }] : [];
  });
}

type Test = (name: Buffer) => [number, number][] | undefined;

function nameTest(expr: DocExpr): Test {
  switch (expr.op) {
    case 'const':
      return () => (expr.value ? [] : undefined);
    case 'not': {
      const inner = nameTest(expr.of);
      return (name) => (inner(name) ? undefined : []);
    }
    case 'and': {
      const tests = expr.of.map(nameTest);
      return (name) => {
        const all: [number, number][] = [];
        for (const test of tests) {
          const ranges = test(name);
          if (!ranges) return undefined;
          all.push(...ranges);
        }
        return all;
      };
    }
    case 'or': {
      const tests = expr.of.map(nameTest);
      return (name) => {
        const found = tests.flatMap((test) => [test(name)].filter((r) => r !== undefined));
        return found.length > 0 ? found.flat() : undefined;
      };
    }
    case 'match': {
      const matcher = compilePattern(expr.pattern).matcher();
      return (name) => {
        const ranges: [number, number][] = [];
        for (let from = 0; from <= name.length; ) {
          const hit = matcher.find(name, from, name.length);
          if (!hit) break;
          ranges.push([codePoints(name, hit.start), codePoints(name, hit.end)]);
          from = hit.end > hit.start ? hit.end : hit.end + 1;
        }
        return ranges.length > 0 ? ranges : undefined;
      };
    }
    default:
      return () => undefined; // A condition on files says nothing of a repository.
  }
}

const codePoints = (bytes: Buffer, end: number): number => [...bytes.toString('utf8', 0, end)].length;
