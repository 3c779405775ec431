import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[\w$\x80-\xff]+)`;
const EXPORT = String.raw`^[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:declare[ \t]+)?`;
const ASSIGNED = String.raw`[ \t]*=[ \t]*`;
/** `exports.a = exports.b = ` before the value: each further name of a chain is left to the first. */
const CHAIN = String.raw`(?:[\w$.]{1,100}${ASSIGNED}){0,4}`;
const EXPORTED = String.raw`^[ \t]*(?:module\.)?exports\.${NAME}`;
const MODULE_IS = String.raw`^[ \t]*(?:exports${ASSIGNED})?module\.exports${ASSIGNED}(?:exports${ASSIGNED})?`;
const FUNCTION_VALUE = String.raw`(?:async\b[ \t]*)?(?:function\b|\([^()\n]*\)[^=\n]{0,200}=>|[\w$]+[ \t]*=>)`;
const MEMBER_MODIFIERS = String.raw`(?:(?:public|private|protected|static|readonly|abstract|override|async|declare|accessor|get|set)[ \t]+)*`;

/** TypeScript and JavaScript, with or without JSX. */
export const javascript: LanguageScanner = {
  opaque: OPAQUE.javascript(),
  rules: [
    { pattern: new RegExp(String.raw`${EXPORT}(?:async[ \t]+)?function[ \t]*\*?[ \t]*${NAME}(?=[ \t]*[(<])`, 'gm'), kind: 'function' },
    {
      pattern: new RegExp(
        String.raw`${EXPORT}(?:abstract[ \t]+)?(?:const[ \t]+)?(?<kind>class|interface|enum|namespace|module)[ \t]+${NAME}(?![\w$.'"]*[ \t]*[=:(])`,
        'gm',
      ),
      kind: 'class',
      kinds: { class: 'class', interface: 'interface', enum: 'enum', namespace: 'namespace', module: 'namespace' },
    },
    { pattern: new RegExp(String.raw`${EXPORT}type[ \t]+${NAME}(?=[ \t]*(?:<[^\n]*)?=)`, 'gm'), kind: 'type' },
    {
      pattern: new RegExp(
        String.raw`^(?:export[ \t]+)?(?:declare[ \t]+)?(?:const|let|var)[ \t]+${NAME}(?=[ \t]*(?::[^=\n]{1,200})?=[ \t]*(?:async\b[ \t]*)?(?:function\b|\([^()\n]*\)[^=\n]{0,200}=>|[\w$]+[ \t]*=>|<))`,
        'gm',
      ),
      kind: 'function',
    },
    { pattern: new RegExp(String.raw`^(?:export[ \t]+)?(?:declare[ \t]+)?const[ \t]+${NAME}(?=[ \t]*[=:])`, 'gm'), kind: 'constant' },
    {
      pattern: new RegExp(String.raw`^(?:export[ \t]+)?(?:declare[ \t]+)?(?:let|var)[ \t]+${NAME}(?=[ \t]*[=:;])`, 'gm'),
      kind: 'variable',
    },
    { pattern: new RegExp(String.raw`${MODULE_IS}class[ \t]+${NAME}`, 'gm'), kind: 'class' },
    {
      pattern: new RegExp(String.raw`${MODULE_IS}(?:async[ \t]+)?function[ \t]*\*?[ \t]*${NAME}(?=[ \t]*\()`, 'gm'),
      kind: 'function',
    },
    { pattern: new RegExp(String.raw`${EXPORTED}(?=${ASSIGNED}${CHAIN}class\b)`, 'gm'), kind: 'class' },
    { pattern: new RegExp(`${EXPORTED}(?=${ASSIGNED}${CHAIN}${FUNCTION_VALUE})`, 'gm'), kind: 'function' },
    { pattern: new RegExp(String.raw`^(?:module\.)?exports\.${NAME}(?=[ \t]*=(?!=))`, 'gm'), kind: 'variable' },
    {
      pattern: new RegExp(
        String.raw`^[ \t]*(?:[\w$]{1,60}\.){0,3}(?<owner>[\w$]{1,100})\.prototype\.${NAME}(?=${ASSIGNED}(?:async[ \t]+)?function)`,
        'gm',
      ),
      kind: 'method',
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]*(?:this|(?!this\.|exports\.|module\.)(?<owner>[\w$]{1,100}))\.${NAME}(?=${ASSIGNED}${FUNCTION_VALUE})`,
        'gm',
      ),
      kind: 'function',
    },
    { pattern: new RegExp(String.raw`^[ \t]+(?:async[ \t]+)?\*?${NAME}(?=[ \t]*\([^()\n]{0,200}\)[ \t]*\{[ \t]*$)`, 'gm'), kind: 'method' },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${MEMBER_MODIFIERS}\*?(?<name>#?[\w$\x80-\xff]+)(?=[ \t]*\??(?:<[^\n]{1,200}>)?[ \t]*\()`,
        'gm',
      ),
      kind: 'method',
      member: true,
    },
    {
      pattern: new RegExp(String.raw`^[ \t]+${MEMBER_MODIFIERS}(?<name>#?[\w$\x80-\xff]+)(?=[ \t]*[?!]?[ \t]*[:=](?![>=]))`, 'gm'),
      kind: 'property',
      member: true,
    },
  ],
  reserved: new Set([
    'if',
    'for',
    'while',
    'switch',
    'catch',
    'return',
    'function',
    'else',
    'do',
    'super',
    'new',
    'await',
    'typeof',
    'case',
    'default',
    'throw',
    'extends',
    'implements',
  ]),
};
