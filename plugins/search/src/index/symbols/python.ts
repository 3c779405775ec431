import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;

export const python: LanguageScanner = {
  opaque: OPAQUE.python(),
  closes: null,
  rules: [
    { pattern: new RegExp(String.raw`^[ \t]*(?:async[ \t]+)?def[ \t]+${NAME}(?=[ \t]*[(\[])`, 'gm'), kind: 'function' },
    { pattern: new RegExp(String.raw`^[ \t]*class[ \t]+${NAME}(?=[ \t]*[(:\[])`, 'gm'), kind: 'class' },
    { pattern: /^(?<name>[A-Z][A-Z0-9_]*)(?=[ \t]*(?::[^=\n]{1,200})?=(?!=))/gm, kind: 'constant' },
    { pattern: new RegExp(String.raw`^${NAME}(?=[ \t]*(?::[^=\n]{1,200})?=(?!=))`, 'gm'), kind: 'variable' },
    { pattern: new RegExp(String.raw`^type[ \t]+${NAME}(?=[ \t]*[=\[])`, 'gm'), kind: 'type' },
    { pattern: new RegExp(String.raw`^[ \t]+${NAME}(?=[ \t]*(?::[^=\n(]{1,200}(?:=|$)|=(?!=)))`, 'gm'), kind: 'field', member: true },
  ],
  reserved: new Set([
    'if',
    'else',
    'elif',
    'for',
    'while',
    'try',
    'except',
    'finally',
    'with',
    'return',
    'lambda',
    'yield',
    'match',
    'case',
  ]),
};
