import type { Rule } from '@ast-grep/napi';
import type { Grammar } from './grammars.js';

export type Engine = typeof import('@ast-grep/napi');
/** What a node is asked for: any of the ways to read a pattern. */
export type Template = Rule;

const METAVARIABLE = /(\$\$\$|\$)([A-Z_][A-Z0-9_]*)/g;

/** The metavariables of a pattern that are told; those that begin with `_` are asked to be not. */
export function metavariablesOf(pattern: string): readonly { readonly name: string; readonly several: boolean }[] {
  const found = [...pattern.matchAll(METAVARIABLE)].map(([, sign, name]) => ({ name: name!, several: sign === '$$$' }));
  return [...new Map(found.map((variable) => [variable.name, variable])).values()].filter(({ name }) => !name.startsWith('_'));
}

/** Reads a pattern as code of a language, alone and as a part of a function. Undefined: it is none, either way. */
export function compileTemplate(engine: Engine, grammar: Grammar, expando: string, pattern: string): Template | undefined {
  const any: Rule[] = [];
  if (isWhole(engine, grammar, expando, pattern)) any.push({ pattern });
  const { surroundings } = grammar;
  if (surroundings) {
    const context = surroundings.join(pattern);
    const selector = kindInside(engine, grammar, expando, written(pattern, expando));
    if (selector !== undefined) any.push({ pattern: { context, selector } });
  }
  return any.length === 0 ? undefined : { any };
}

/** With metavariables as the grammar reads them. As long as before, in UTF-16. */
const written = (pattern: string, expando: string): string =>
  pattern.replace(/\$+(?=[A-Z_])|\$\$\$/g, (signs) => expando.repeat(signs.length));

function isWhole(engine: Engine, { name }: Grammar, expando: string, pattern: string): boolean {
  try {
    // Refuses what is no node, or more than one.
    engine.parse(name, '').root().find(pattern);
  } catch {
    return false;
  }
  return isSound(engine.parse(name, written(pattern, expando)).root(), expando);
}

type EngineNode = ReturnType<ReturnType<Engine['parse']>['root']>;

/** What a grammar does not understand may be a metavariable alone, as one among statements; the engine finds it all the same. */
const isSound = (node: EngineNode, expando: string): boolean =>
  [...(node.is('ERROR') ? [node] : []), ...node.findAll({ rule: { kind: 'ERROR' } })].every((error) =>
    /^[A-Z0-9_]*$/.test(error.text().replaceAll(expando, '')),
  );

/** The kind of the innermost node that is exactly the pattern. */
function kindInside(engine: Engine, { name, surroundings = ['', ''] }: Grammar, expando: string, code: string): string | undefined {
  const [before, behind] = surroundings;
  const root = engine.parse(name, `${before}${code}${behind}`).root();
  const start = before.length;
  const end = start + code.length;
  let kind: string | undefined;
  let node: EngineNode | undefined = root;
  while (node) {
    const range = node.range();
    if (range.start.index === start && range.end.index === end && node.isNamed()) {
      if (!isSound(node, expando)) return undefined;
      kind = String(node.kind());
    }
    node = node.children().find((child) => child.range().start.index <= start && child.range().end.index >= end);
  }
  return kind;
}
