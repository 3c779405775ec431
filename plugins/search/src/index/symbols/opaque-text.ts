/** Comments and literals of the languages that look like C: what line-anchored rules must not look into. */

const LINE_COMMENT = String.raw`\/\/[^\n]*`;
const BLOCK_COMMENT = String.raw`\/\*[^]*?(?:\*\/|$(?![^]))`;
const DOUBLE_QUOTED = String.raw`"(?:\\[^]|[^"\\\n])*"?`;
const SINGLE_QUOTED = String.raw`'(?:\\[^]|[^'\\\n])*'?`;
const BACKQUOTED = String.raw`\x60(?:\\[^]|[^\x60\\])*\x60?`;
const TRIPLE_DOUBLE = `"""[^]*?(?:"""|$(?![^]))`;

/** A slash where a value may stand: it may hold quotes that are none. */
const REGEXP = String.raw`(?<=(?:^|[=(,:;!&|?{[+*%~^-]|\breturn|\btypeof|\bcase)[ \t]*)\/(?![*\/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^\/\\[\n])+\/[a-z]*`;

const any = (...parts: string[]) => new RegExp(parts.join('|'), 'gm');

export const OPAQUE = {
  c: () => any(LINE_COMMENT, BLOCK_COMMENT, DOUBLE_QUOTED, String.raw`'(?:\\[^\n]|[^'\\\n]){1,10}'`),
  javascript: () => any(LINE_COMMENT, BLOCK_COMMENT, DOUBLE_QUOTED, SINGLE_QUOTED, BACKQUOTED, REGEXP),
  go: () => any(LINE_COMMENT, BLOCK_COMMENT, DOUBLE_QUOTED, String.raw`'(?:\\[^\n]|[^'\\\n]){1,10}'`, String.raw`\x60[^\x60]*\x60?`),
  jvm: () => any(LINE_COMMENT, BLOCK_COMMENT, TRIPLE_DOUBLE, DOUBLE_QUOTED, String.raw`'(?:\\[^\n]|[^'\\\n]){1,10}'`),
  // A quote before a word is a lifetime, not a character.
  rust: () =>
    any(
      LINE_COMMENT,
      BLOCK_COMMENT,
      String.raw`r(#*)"[^]*?"\1`,
      String.raw`"(?:\\[^]|[^"\\])*"?`,
      String.raw`'(?:\\[^\n]{1,10}|[^'\\\n])'`,
    ),
  php: () =>
    any(LINE_COMMENT, String.raw`#(?!\[)[^\n]*`, BLOCK_COMMENT, String.raw`"(?:\\[^]|[^"\\])*"?`, String.raw`'(?:\\[^]|[^'\\])*'?`),
  python: () => any(String.raw`#[^\n]*`, TRIPLE_DOUBLE, `'''[^]*?(?:'''|$(?![^]))`, DOUBLE_QUOTED, SINGLE_QUOTED),
  ruby: () => any(String.raw`^=begin\b[^]*?(?:\n=end\b|$(?![^]))`, String.raw`#[^\n]*`, DOUBLE_QUOTED, SINGLE_QUOTED),
  shell: () => any(String.raw`(?<![^\s;])#[^\n]*`, `'[^']*'?`, String.raw`"(?:\\[^]|[^"\\])*"?`),
} as const;
