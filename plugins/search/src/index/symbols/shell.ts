import { OPAQUE } from './opaque-text.js';
import type { LanguageScanner } from './scan-symbols.js';

export const shell: LanguageScanner = {
  opaque: OPAQUE.shell(),
  rules: [
    { pattern: /^[ \t]*function[ \t]+(?<name>[\w.:-]+)(?=[ \t]*(?:\(\)|\{|$))/gm, kind: 'function' },
    { pattern: /^[ \t]*(?<name>[A-Za-z_][\w.:-]*)(?=[ \t]*\([ \t]*\))/gm, kind: 'function' },
    { pattern: /^(?:export[ \t]+|readonly[ \t]+|declare[ \t]+-\w+[ \t]+)?(?<name>[A-Za-z_]\w*)(?=\+?=)/gm, kind: 'variable' },
    { pattern: /^alias[ \t]+(?<name>[\w.-]+)(?==)/gm, kind: 'function' },
  ],
};
