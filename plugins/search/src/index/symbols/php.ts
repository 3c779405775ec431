import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;
const MODIFIERS = String.raw`(?:(?:public|private|protected|static|final|abstract|readonly|var)[ \t]+)`;

export const php: LanguageScanner = {
  opaque: OPAQUE.php(),
  rules: [
    { pattern: new RegExp(String.raw`^[ \t]*${MODIFIERS}*function[ \t]+&?[ \t]*${NAME}(?=[ \t]*\()`, 'gm'), kind: 'function' },
    {
      pattern: new RegExp(String.raw`^[ \t]*(?:(?:abstract|final|readonly)[ \t]+)*(?<kind>class|interface|trait|enum)[ \t]+${NAME}`, 'gm'),
      kind: 'class',
      kinds: { interface: 'interface', trait: 'trait', enum: 'enum' },
    },
    { pattern: new RegExp(String.raw`^[ \t]*namespace[ \t]+(?:[\w\\]{1,200}\\)?${NAME}(?=[ \t]*[;{])`, 'gm'), kind: 'namespace' },
    { pattern: new RegExp(String.raw`^[ \t]*${MODIFIERS}*const[ \t]+(?:[\w\\|?]{1,80}[ \t]+)?${NAME}(?=[ \t]*=)`, 'gm'), kind: 'constant' },
    {
      pattern: new RegExp(String.raw`^[ \t]+${MODIFIERS}+(?:[\w\\|?]{1,80}[ \t]+)?\$${NAME}(?=[ \t]*[=;])`, 'gm'),
      kind: 'property',
      member: true,
    },
    { pattern: new RegExp(String.raw`^[ \t]+case[ \t]+${NAME}(?=[ \t]*[=;])`, 'gm'), kind: 'enum-member', member: true },
  ],
};
