import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;

/** What stands in parentheses behind a keyword: lines that are indented, or empty. */
const block = (keyword: string) => new RegExp(String.raw`^${keyword}[ \t]*\(\n(?:[ \t][^\n]*\n|\n|\/\/[^\n]*\n)*`, 'gm');

export const go: LanguageScanner = {
  opaque: OPAQUE.go(),
  // Types without a body stay open, so that a block closes them too.
  closes: /^(?:[ \t]*\}[;,) \t\r]*(?:\/[/*][^\n]*)?$|\)|(?:const|var|type)[ \t]*\()/gm,
  rules: [
    { pattern: new RegExp(String.raw`^func[ \t]+${NAME}(?=[ \t]*[(\[])`, 'gm'), kind: 'function' },
    {
      pattern: new RegExp(
        String.raw`^func[ \t]+\((?:[\w\x80-\xff]{1,100}[ \t]+)?\*?(?<owner>[\w\x80-\xff]{1,100})[^)\n]{0,200}\)[ \t]*${NAME}(?=[ \t]*\()`,
        'gm',
      ),
      kind: 'method',
    },
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
    { pattern: new RegExp(String.raw`^[ \t]${NAME}(?=[ \t,]|$)`, 'gm'), kind: 'constant', within: block('const') },
    { pattern: new RegExp(String.raw`^[ \t]${NAME}(?=[ \t,])`, 'gm'), kind: 'variable', within: block('var') },
    {
      pattern: new RegExp(String.raw`^[ \t]${NAME}(?=(?:\[[^\]\n]{1,200}\])?[ \t]+[^(\n])`, 'gm'),
      kind: 'type',
      within: block('type'),
    },
    {
      pattern: new RegExp(
        String.raw`^\t{1,2}${NAME}(?=\([^\n]*\)[^\n{]*$|[ \t]+[\w.*\[\]{}() ]{1,120}(?:[ \t]*(?:\x60|\/\/)[^\n]*)?$)`,
        'gm',
      ),
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
