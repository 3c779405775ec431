import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>(?:r#)?[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;
const VISIBLE = String.raw`^[ \t]*(?:pub(?:\([^)\n]{1,60}\))?[ \t]+)?`;

export const rust: LanguageScanner = {
  opaque: OPAQUE.rust(),
  rules: [
    {
      pattern: new RegExp(
        String.raw`${VISIBLE}(?:default[ \t]+)?(?:const[ \t]+)?(?:async[ \t]+)?(?:unsafe[ \t]+)?(?:extern[ \t]+(?:"[^"\n]{0,20}"[ \t]+)?)?fn[ \t]+${NAME}(?=[ \t]*[(<])`,
        'gm',
      ),
      kind: 'function',
    },
    {
      pattern: new RegExp(
        String.raw`${VISIBLE}(?:unsafe[ \t]+)?(?:auto[ \t]+)?(?<kind>struct|enum|union|trait|mod|type)[ \t]+${NAME}`,
        'gm',
      ),
      kind: 'struct',
      kinds: { enum: 'enum', union: 'union', trait: 'trait', mod: 'module', type: 'type' },
    },
    // A block of methods: it names the type they belong to.
    {
      pattern: new RegExp(
        String.raw`^[ \t]*(?:unsafe[ \t]+)?impl(?:<[^\n{]{0,200}?>)?[ \t]+(?:[^\n{]{1,200}?[ \t]for[ \t]+)?(?:&(?:'\w+[ \t]+)?(?:mut[ \t]+)?)?(?:[\w]+::){0,6}${NAME}(?=[^\w:\n]|$)(?![ \t]+for\b|<[^\n{]{0,200}>[ \t]+for\b)`,
        'gm',
      ),
      kind: 'class',
    },
    {
      pattern: new RegExp(String.raw`${VISIBLE}(?<kind>const|static)[ \t]+(?:mut[ \t]+)?${NAME}(?=[ \t]*:)`, 'gm'),
      kind: 'constant',
      kinds: { static: 'variable' },
    },
    { pattern: new RegExp(String.raw`^[ \t]*macro_rules![ \t]*${NAME}`, 'gm'), kind: 'macro' },
    {
      // A type parameter of a `where` looks like it, but for its letter.
      pattern: new RegExp(String.raw`^[ \t]+(?:pub(?:\([^)\n]{1,60}\))?[ \t]+)?(?![A-Z])${NAME}(?=[ \t]*:[ \t]*[^:\n])`, 'gm'),
      kind: 'field',
      member: true,
    },
    {
      pattern: /^[ \t]+(?<name>[A-Z]\w*)(?=[ \t]*(?:[,({=]|$))/gm,
      kind: 'enum-member',
      member: true,
      within: /^([ \t]*)(?:pub\b[^\n]{0,40}[ \t])?enum[ \t]+\w[^\n{;]{0,200}\{\n(?:(?!\1\})[^\n]*\n)*/gm,
    },
  ],
  reserved: new Set(['_', 'fn', 'if', 'else', 'match', 'where']),
};
