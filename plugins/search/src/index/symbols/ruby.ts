import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*`;

export const ruby: LanguageScanner = {
  opaque: OPAQUE.ruby(),
  closes: /^[ \t]*end\b/gm,
  rules: [
    {
      pattern:
        /^[ \t]*(?:(?:private|protected|public|module_function|private_class_method)[ \t]+)?def[ \t]+(?:[A-Za-z_]\w{0,100}\.)?(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*[?!=]?|[+\-*/%<>=!~^&|[\]]{1,3})/gm,
      kind: 'function',
    },
    {
      pattern: new RegExp(String.raw`^[ \t]*(?<kind>class|module)[ \t]+(?:::)?(?:[\w:]{1,200}::)?${NAME})`, 'gm'),
      kind: 'class',
      kinds: { module: 'module' },
    },
    { pattern: /^[ \t]*(?<name>[A-Z]\w*)(?=[ \t]*=(?![=~>]))/gm, kind: 'constant' },
    { pattern: new RegExp(String.raw`^[ \t]*attr_(?:reader|writer|accessor)[ \t]+:${NAME})`, 'gm'), kind: 'property', member: true },
    { pattern: new RegExp(String.raw`^[ \t]*(?:alias|alias_method)[ \t]+:?${NAME}[?!]?)`, 'gm'), kind: 'method', member: true },
  ],
};
