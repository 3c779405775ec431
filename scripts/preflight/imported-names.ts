/**
 * The modules that a declaration file names: in `from`, in a bare import, in `import(…)` and in a reference. Comments do not count.
 * @returns specifiers as they are written, each once
 */
export function importedNames(text: string): readonly string[] {
  // `reference types` is a comment to the language and a dependency to the reader.
  const references = [...text.matchAll(/^\/\/\/\s*<reference\s+types=["']([^"']+)["']/gm)].flatMap(([, name]) => name ?? []);
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const imports = [...code.matchAll(/\b(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g)].flatMap(([, name]) => name ?? []);
  return [...new Set([...references, ...imports])];
}

/** The package of a specifier: `typeorm` of `typeorm/browser`, `@types/x` stays whole; a relative or `node:` one has none. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
