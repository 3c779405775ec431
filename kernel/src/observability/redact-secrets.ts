const REDACTED = '[redacted]';

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // user:password@host, and token@host, in any URL
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
  // Authorization headers, whatever the scheme
  [/\b(authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token|token-sudo)\s+)[^\s"',;]+/gi, `$1${REDACTED}`],
  // our own access tokens
  [/\bsgph?_(?:[A-Za-z0-9-]+_)?[0-9a-f]{40}\b/g, REDACTED],
  // well-known tokens of code hosts
  [/\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20,}|xox[abp]-[A-Za-z0-9-]{10,})\b/g, REDACTED],
  // private keys
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
];

/** The last net under everything that is logged: typed secrets never get here, texts of others may. */
export function redactSecrets(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}
