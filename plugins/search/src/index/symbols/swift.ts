import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

const NAME = String.raw`(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)`;
const MODIFIERS = String.raw`(?:@\w+(?:\([^)\n]{0,100}\))?[ \t]+)*(?:(?:public|private|fileprivate|internal|open|final|static|class|override|mutating|nonmutating|required|convenience|lazy|weak|unowned|indirect|dynamic|optional|package|nonisolated)(?:\(set\))?[ \t]+)*`;

export const swift: LanguageScanner = {
  opaque: OPAQUE.jvm(),
  rules: [
    {
      pattern: new RegExp(
        String.raw`^[ \t]*${MODIFIERS}func[ \t]+(?<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*|[+\-*\/%<>=!~^&|]{1,4})(?=[ \t]*[(<])`,
        'gm',
      ),
      kind: 'function',
    },
    {
      pattern: new RegExp(
        String.raw`^[ \t]*${MODIFIERS}(?<kind>class|struct|enum|protocol|extension|actor|typealias)[ \t]+(?!func\b|var\b|let\b)(?:[\w]+\.)*${NAME}`,
        'gm',
      ),
      kind: 'class',
      kinds: { struct: 'struct', enum: 'enum', protocol: 'interface', typealias: 'type' },
    },
    { pattern: new RegExp(String.raw`^[ \t]+${MODIFIERS}(?<name>init)(?=[?!]?[ \t]*[(<])`, 'gm'), kind: 'constructor', member: true },
    {
      pattern: new RegExp(String.raw`^${MODIFIERS}(?<kind>let|var)[ \t]+${NAME}(?=[ \t]*[:=])`, 'gm'),
      kind: 'variable',
      kinds: { let: 'constant' },
    },
    { pattern: new RegExp(String.raw`^[ \t]+${MODIFIERS}(?:let|var)[ \t]+${NAME}(?=[ \t]*[:=])`, 'gm'), kind: 'property', member: true },
    {
      pattern: new RegExp(String.raw`^[ \t]+(?:indirect[ \t]+)?case[ \t]+${NAME}(?=[ \t]*(?:[(=,]|$))`, 'gm'),
      kind: 'enum-member',
      member: true,
    },
  ],
};
