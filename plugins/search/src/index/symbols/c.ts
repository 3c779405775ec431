import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;
const CONTROL = [
  'if',
  'for',
  'while',
  'switch',
  'return',
  'else',
  'do',
  'sizeof',
  'catch',
  'defined',
  'case',
  'goto',
  'delete',
  'new',
  'throw',
  'alignof',
  'decltype',
  'static_assert',
  'typeof',
  'operator',
  '__attribute__',
];

/** C and C++. A function is told from its prototype by the brace that follows; prototypes are no definitions. */
export const c: LanguageScanner = {
  opaque: OPAQUE.c(),
  rules: [
    { pattern: new RegExp(String.raw`^[ \t]*#[ \t]*define[ \t]+${NAME}`, 'gm'), kind: 'macro' },
    {
      pattern:
        /^(?!return\b|else\b|typedef\b|case\b)(?:[A-Za-z_][\w:<>,~[\]]{0,100}[ \t*&]+){1,8}(?:(?:[\w<>]{1,80}::){0,3}(?<owner>\w{1,80})(?:<[^<>\n]{0,40}>)?::)?(?<name>~?[A-Za-z_\x80-\xff][\w\x80-\xff]*)(?=[ \t]*\([^;{}]{0,400}\)[^;{}()=]{0,100}\{)/gm,
      kind: 'function',
    },
    // The GNU style: the type on a line of its own, or a constructor outside its class.
    {
      pattern:
        /^(?:(?:[\w<>]{1,80}::){0,3}(?<owner>\w{1,80})(?:<[^<>\n]{0,40}>)?::)?(?<name>~?[A-Za-z_]\w*)(?=[ \t]*\([^;{}()]{0,400}(?:\([^;{}()]{0,200}\)[^;{}()]{0,200}){0,20}\)[^;{}()]{0,100}(?:\{|\n?[ \t]*:[^:]))/gm,
      kind: 'function',
    },
    // The type in a macro that says how it is linked.
    {
      pattern: /^[A-Z][A-Z0-9_]*\([^()\n]{1,60}\)[ \t]*\n?[ \t*]*(?<name>[A-Za-z_]\w*)(?=[ \t]*\([^;{}]{0,400}\)[^;{}()]{0,100}\{)/gm,
      kind: 'function',
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]*(?:typedef[ \t]+)?(?:template[ \t]*<[^\n]{0,200}>[ \t]*)?(?<kind>enum[ \t]+(?:class|struct)|class|struct|union|enum|namespace)[ \t]+(?:[A-Z_]{2,40}[ \t]+)?(?:alignas\([^)\n]{1,40}\)[ \t]*)?(?:\w{1,80}::){0,4}${NAME}(?=(?:<[^;{}\n]{0,200}>)?[ \t]*(?:final[ \t]*)?(?:\n?[ \t]*:(?!:)[^;{]{0,300})?(?:\{|\n[ \t]*\{))`,
        'gm',
      ),
      kind: 'struct',
      kinds: {
        class: 'class',
        struct: 'struct',
        union: 'union',
        enum: 'enum',
        'enum class': 'enum',
        'enum struct': 'enum',
        namespace: 'namespace',
      },
    },
    {
      pattern: new RegExp(String.raw`^typedef[ \t]+[^;{}\n]{1,300}?[ \t*]${NAME}(?=[ \t]*(?:\[[^\]\n]{0,40}\])?;)`, 'gm'),
      kind: 'type',
    },
    { pattern: new RegExp(String.raw`^\}[ \t]*(?:__\w+[ \t]*)?${NAME}(?=[ \t]*;)`, 'gm'), kind: 'type' },
    { pattern: new RegExp(String.raw`^[ \t]*using[ \t]+${NAME}(?=[ \t]*=)`, 'gm'), kind: 'type' },
    {
      pattern: new RegExp(
        String.raw`^(?:(?:static|const|extern|constexpr|inline|volatile|unsigned|signed|struct)[ \t]+){1,4}[\w:<>,* ]{1,100}?[ \t*&]${NAME}(?=[ \t]*(?:\[[^\]\n]{0,80}\]){0,3}[ \t]*=)`,
        'gm',
      ),
      kind: 'variable',
    },
    {
      pattern:
        /^[ \t]+(?:(?:virtual|static|inline|explicit|constexpr|friend|const|unsigned)[ \t]+)*(?:[A-Za-z_][\w:<>,[\]]{0,100}[ \t*&]+){0,4}(?<name>~?[A-Za-z_]\w*)(?=[ \t]*\([^;{}]{0,400}\)[^;{}()]{0,100}[{;])/gm,
      kind: 'method',
      member: true,
    },
    {
      pattern:
        /^[ \t]+(?!return\b|goto\b|typedef\b|using\b|friend\b|else\b|case\b|delete\b|throw\b|new\b)(?:[A-Za-z_][\w:]{0,100}(?:<[^;(){}\n]{0,80}>)?[ \t*&]+){1,5}(?<name>[A-Za-z_]\w*)(?=[ \t]*(?:\[[^\]\n]{0,80}\][ \t]*){0,3}(?::[ \t]*\d+[ \t]*)?(?:=[^;\n]{0,200})?(?:;|\{[^\n{}]{0,80}\};))/gm,
      kind: 'field',
      member: true,
    },
    {
      pattern: new RegExp(String.raw`^[ \t]+${NAME}(?=[ \t]*(?:=[^,\n]{1,200})?(?:,|\/[/*]|$))`, 'gm'),
      kind: 'enum-member',
      within: /\benum\b[^{;()]{0,200}\{[^{}]*/g,
    },
  ],
  reserved: new Set(CONTROL),
};
