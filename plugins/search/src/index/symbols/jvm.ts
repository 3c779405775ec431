import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)`;
const ANNOTATIONS = String.raw`(?:@[\w.]+(?:\([^)\n]{0,200}\))?[ \t]+)*`;
const CONTROL = [
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'new',
  'else',
  'throw',
  'synchronized',
  'do',
  'try',
  'super',
  'this',
  'case',
  'when',
  'match',
  'assert',
  'yield',
];

const JAVA_MODIFIERS = String.raw`(?:(?:public|protected|private|static|final|abstract|default|native|synchronized|strictfp|sealed|non-sealed|transient|volatile)[ \t]+)*`;

const PACKAGE = { pattern: /^package[ \t]+(?<name>\w[\w.]*)/gm, kind: 'package' } as const;

export const java: LanguageScanner = {
  opaque: OPAQUE.jvm(),
  rules: [
    PACKAGE,
    {
      pattern: new RegExp(
        String.raw`^[ \t]*${ANNOTATIONS}${JAVA_MODIFIERS}(?<kind>class|interface|enum|record|@interface)[ \t]+${NAME}`,
        'gm',
      ),
      kind: 'class',
      kinds: { interface: 'interface', enum: 'enum', '@interface': 'interface' },
    },
    {
      pattern: new RegExp(String.raw`^[ \t]+${ANNOTATIONS}(?:(?:public|protected|private)[ \t]+)${NAME}(?=[ \t]*\()`, 'gm'),
      kind: 'constructor',
      member: true,
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${ANNOTATIONS}${JAVA_MODIFIERS}(?:<[^>\n]{1,100}>[ \t]+)?(?!return\b|new\b|else\b|throw\b)[\w$.<>\[\],?&]{1,100}(?:[ \t]+[\w$.<>\[\],?&]{1,60})?[ \t]+${NAME}(?=[ \t]*\([^;{}]{0,400}\)[^;{}()]{0,200}[{;])`,
        'gm',
      ),
      kind: 'method',
      member: true,
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${ANNOTATIONS}(?:(?:public|protected|private)[ \t]+)?static[ \t]+final[ \t]+[\w$.<>\[\],? ]{1,100}[ \t]+${NAME}(?=[ \t]*[=;])`,
        'gm',
      ),
      kind: 'constant',
      member: true,
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${ANNOTATIONS}(?:(?:public|protected|private|static|final|transient|volatile)[ \t]+)+[\w$.<>\[\],? ]{1,100}[ \t]+${NAME}(?=[ \t]*[=;])`,
        'gm',
      ),
      kind: 'field',
      member: true,
    },
    { pattern: /^[ \t]+(?<name>[A-Z][A-Z0-9_]*)(?=[ \t]*(?:\([^\n]*)?[,;{][ \t]*$)/gm, kind: 'enum-member', member: true },
    {
      pattern: new RegExp(String.raw`^[ \t]+${ANNOTATIONS}${NAME}(?=[ \t]*(?:\([^\n]*\))?[ \t]*(?:[,;]|$))`, 'gm'),
      kind: 'enum-member',
      member: true,
      within: /\benum[ \t]+\w[^{;()]{0,200}\{[^{};]*/g,
    },
    // Those that only their package sees.
    { pattern: /^[ \t]+(?<name>[A-Z]\w*)(?=[ \t]*\([^;{}()]{0,400}\)[^;{}()]{0,100}\{)/gm, kind: 'constructor', member: true },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${ANNOTATIONS}(?!return\b|throw\b|new\b|package\b|import\b|else\b|break\b|continue\b)[\w$.]{1,100}(?:<[^;=(){}\n]{0,100}>)?(?:\[\])*[ \t]+${NAME}(?=[ \t]*[=;])`,
        'gm',
      ),
      kind: 'field',
      member: true,
    },
  ],
  reserved: new Set(CONTROL),
};

const KOTLIN_MODIFIERS = String.raw`(?:(?:public|private|protected|internal|open|abstract|sealed|data|inline|value|annotation|inner|override|suspend|operator|infix|tailrec|external|const|lateinit|final|actual|expect|companion|fun(?=[ \t]+interface))[ \t]+)*`;

export const kotlin: LanguageScanner = {
  opaque: OPAQUE.jvm(),
  rules: [
    PACKAGE,
    {
      pattern: new RegExp(
        String.raw`^[ \t]*${ANNOTATIONS}${KOTLIN_MODIFIERS}(?<kind>enum[ \t]+class|class|interface|object|typealias)[ \t]+${NAME}`,
        'gm',
      ),
      kind: 'class',
      kinds: { interface: 'interface', object: 'object', typealias: 'type', 'enum class': 'enum' },
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]*${ANNOTATIONS}${KOTLIN_MODIFIERS}fun[ \t]+(?:<[^>\n]{1,100}>[ \t]+)?(?:[\w<>?, ]{1,80}\.)?${NAME}(?=[ \t]*\()`,
        'gm',
      ),
      kind: 'function',
    },
    {
      pattern: new RegExp(
        String.raw`^${ANNOTATIONS}${KOTLIN_MODIFIERS}va[lr][ \t]+(?:<[^>\n]{1,60}>[ \t]+)?(?:[\w<>?, ]{1,80}\.)?${NAME}(?=[ \t]*(?:[:=]|$))`,
        'gm',
      ),
      kind: 'property',
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${ANNOTATIONS}${KOTLIN_MODIFIERS}va[lr][ \t]+(?:<[^>\n]{1,60}>[ \t]+)?(?:[\w<>?, ]{1,80}\.)?${NAME}(?=[ \t]*(?:[:=,)]|$))`,
        'gm',
      ),
      kind: 'property',
      member: true,
    },
  ],
  reserved: new Set(CONTROL),
};

const SCALA_MODIFIERS = String.raw`(?:(?:private|protected)(?:\[\w+\])?[ \t]+|(?:final|sealed|abstract|implicit|lazy|override|case|inline|open|transparent|given)[ \t]+)*`;

export const scala: LanguageScanner = {
  opaque: OPAQUE.jvm(),
  rules: [
    PACKAGE,
    {
      pattern: new RegExp(String.raw`^[ \t]*${ANNOTATIONS}${SCALA_MODIFIERS}(?<kind>class|trait|object|enum|type)[ \t]+${NAME}`, 'gm'),
      kind: 'class',
      kinds: { trait: 'trait', object: 'object', enum: 'enum', type: 'type' },
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]*${ANNOTATIONS}${SCALA_MODIFIERS}def[ \t]+(?<name>[\w$\x80-\xff]+|[!#%&*+\/:<=>?@\\^|~-]{1,20})`,
        'gm',
      ),
      kind: 'function',
    },
    {
      pattern: new RegExp(String.raw`^(?:[ \t]{2})?${ANNOTATIONS}${SCALA_MODIFIERS}va[lr][ \t]+${NAME}(?=[ \t]*[:=])`, 'gm'),
      kind: 'property',
    },
  ],
  reserved: new Set(CONTROL),
};
