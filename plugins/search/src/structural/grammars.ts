/** Where the grammar of a language is. */
export interface Grammar {
  /** As the engine calls it. */
  readonly name: string;
  /** Absent: built into the engine. */
  readonly package?: string;
  /** What a built-in grammar reads `$` of a metavariable as, when that is no letter of its language; packages say it themselves. */
  readonly expando?: string;
  /**
   * Code around a pattern that is read differently at the top of a file: in Go `f($X)` alone is a conversion of types. Text before and
   * behind it, which make the pattern a part of a function.
   */
  readonly surroundings?: readonly [before: string, behind: string];
}

const IN_C = ['void f() {\n', ';\n}'] as const;
const packaged = (name: string, surroundings?: Grammar['surroundings']): Grammar => ({
  name,
  package: `@ast-grep/lang-${name}`,
  ...(surroundings ? { surroundings } : {}),
});

/**
 * The grammars by Linguist's names of languages. Packages that are not among our dependencies, since they are large, are used where
 * somebody has installed them beside this one.
 */
export const GRAMMARS: Readonly<Record<string, Grammar>> = {
  JavaScript: { name: 'JavaScript' },
  TypeScript: { name: 'TypeScript' },
  TSX: { name: 'Tsx' },
  HTML: { name: 'Html', expando: 'z' },
  CSS: { name: 'Css', expando: '_' },
  C: packaged('c', IN_C),
  'C++': packaged('cpp', IN_C),
  'C#': packaged('csharp'),
  Go: packaged('go', ['package p\nfunc f() {\n', '\n}']),
  Java: packaged('java'),
  Kotlin: packaged('kotlin'),
  PHP: packaged('php', ['<?php\n', ';\n']),
  Python: packaged('python'),
  Ruby: packaged('ruby'),
  Rust: packaged('rust'),
  Scala: packaged('scala'),
  Shell: packaged('bash'),
  Swift: packaged('swift'),
};
