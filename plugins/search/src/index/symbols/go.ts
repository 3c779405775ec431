import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;

export const go: LanguageScanner = {
  opaque: OPAQUE.go(),
  rules: [
    { pattern: new RegExp(String.raw`^func[ \t]+${NAME}(?=[ \t]*[(\[])`, 'gm'), kind: 'function' },
    { pattern: new RegExp(String.raw`^func[ \t]+\([^)\n]{1,200}\)[ \t]*${NAME}(?=[ \t]*\()`, 'gm'), kind: 'method' },
    {
      pattern: new RegExp(String.raw`^(?:type[ \t]+|\t)${NAME}(?=(?:\[[^\]\n]{1,200}\])?[ \t]+(?:=[ \t]*)?struct[ \t]*\{)`, 'gm'),
      kind: 'struct',
    },
    {
      pattern: new RegExp(String.raw`^(?:type[ \t]+|\t)${NAME}(?=(?:\[[^\]\n]{1,200}\])?[ \t]+(?:=[ \t]*)?interface[ \t]*\{)`, 'gm'),
      kind: 'interface',
    },
    { pattern: new RegExp(String.raw`^type[ \t]+${NAME}(?=(?:\[[^\]\n]{1,200}\])?[ \t]+[^(\n])`, 'gm'), kind: 'type' },
    { pattern: new RegExp(String.raw`^const[ \t]+${NAME}(?=[ \t=,]|$)`, 'gm'), kind: 'constant' },
    { pattern: new RegExp(String.raw`^var[ \t]+${NAME}(?=[ \t=,]|$)`, 'gm'), kind: 'variable' },
    // Entries of a const or var block: one tab deep, where functions hold statements with other shapes.
    { pattern: /^\t(?<name>[A-Z_][\w]*)(?=(?:[ \t]+[\w.*[\]]{1,80})?[ \t]+=[ \t])/gm, kind: 'constant' },
    {
      pattern: new RegExp(String.raw`^\t${NAME}(?=\([^\n]*\)[^\n{]*$|[ \t]+[\w.*\[\]{}() ]{1,120}(?:[ \t]*(?:\x60|\/\/)[^\n]*)?$)`, 'gm'),
      kind: 'field',
      member: true,
    },
    { pattern: new RegExp(String.raw`^package[ \t]+${NAME}`, 'gm'), kind: 'package' },
  ],
  reserved: new Set([
    'return',
    'if',
    'for',
    'switch',
    'case',
    'default',
    'go',
    'defer',
    'range',
    'select',
    'var',
    'const',
    'type',
    'func',
    'else',
    '_',
  ]),
};
