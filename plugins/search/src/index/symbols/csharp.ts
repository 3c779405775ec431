import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>@?[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;
const MODIFIERS = String.raw`(?:(?:public|private|protected|internal|static|sealed|abstract|virtual|override|async|readonly|partial|extern|unsafe|new|required|ref|volatile|file)[ \t]+)`;

export const csharp: LanguageScanner = {
  opaque: OPAQUE.jvm(),
  rules: [
    {
      pattern: new RegExp(
        String.raw`^[ \t]*${MODIFIERS}*(?<kind>class|interface|struct|enum|record[ \t]+struct|record|namespace)[ \t]+(?:[\w.]{1,200}\.)?${NAME}`,
        'gm',
      ),
      kind: 'class',
      kinds: { interface: 'interface', struct: 'struct', enum: 'enum', namespace: 'namespace', 'record struct': 'struct' },
    },
    {
      pattern: new RegExp(String.raw`^[ \t]*${MODIFIERS}*delegate[ \t]+[\w.<>\[\],? ]{1,100}[ \t]+${NAME}(?=[ \t]*[(<])`, 'gm'),
      kind: 'type',
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${MODIFIERS}+[\w.<>\[\],?()]{1,100}(?:[ \t]+[\w.<>\[\],?]{1,60})?[ \t]+(?:[\w.<>]{1,80}\.)?${NAME}(?=[ \t]*(?:<[^>\n]{1,100}>)?[ \t]*\()`,
        'gm',
      ),
      kind: 'method',
      member: true,
    },
    {
      pattern: new RegExp(String.raw`^[ \t]+(?:public|private|protected|internal)[ \t]+${NAME}(?=[ \t]*\()`, 'gm'),
      kind: 'constructor',
      member: true,
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+(?:(?:public|private|protected|internal|new)[ \t]+)*const[ \t]+[\w.<>\[\],?]{1,100}[ \t]+${NAME}(?=[ \t]*=)`,
        'gm',
      ),
      kind: 'constant',
      member: true,
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+${MODIFIERS}+(?:event[ \t]+)?[\w.<>\[\],?]{1,100}[ \t]+${NAME}(?=[ \t]*(?:\{|=>|\n[ \t]*\{))`,
        'gm',
      ),
      kind: 'property',
      member: true,
    },
    {
      pattern: new RegExp(String.raw`^[ \t]+${MODIFIERS}+(?:event[ \t]+)?[\w.<>\[\],?]{1,100}[ \t]+${NAME}(?=[ \t]*(?:=(?!>)|;))`, 'gm'),
      kind: 'field',
      member: true,
    },
    // Of an interface: they have no modifiers.
    {
      pattern: new RegExp(String.raw`^[ \t]+[\w.<>\[\],?]{1,100}[ \t]+${NAME}(?=[ \t]*\{[ \t]*(?:get|set|init)\b)`, 'gm'),
      kind: 'property',
      member: true,
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]+(?!return\b|new\b|throw\b|await\b)[\w.<>\[\],?]{1,100}[ \t]+${NAME}(?=[ \t]*\([^;{}()\n]{0,400}\);)`,
        'gm',
      ),
      kind: 'method',
      member: true,
    },
    {
      pattern: new RegExp(String.raw`^[ \t]+${NAME}(?=[ \t]*(?:=[^,\n]{1,200})?(?:,|\r?$))`, 'gm'),
      kind: 'enum-member',
      member: true,
      within: /\benum[ \t]+\w[^{;()]{0,100}\{[^{}]*/g,
    },
  ],
  reserved: new Set([
    'if',
    'for',
    'foreach',
    'while',
    'switch',
    'catch',
    'return',
    'new',
    'else',
    'throw',
    'using',
    'lock',
    'get',
    'set',
    'where',
    'base',
    'this',
    'await',
  ]),
};
