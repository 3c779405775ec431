import { SextantError } from '@sextant/sdk';
import { RE2JS } from 're2js';

/** Tells whether a name matches all patterns; undefined when there is none to match. @throws SEXTANT_CODE_HOST_PATTERN naming the pattern. */
export function nameMatcher(patterns: readonly string[] | undefined): ((name: string) => boolean) | undefined {
  if (!patterns || patterns.length === 0) return undefined;
  const compiled = patterns.map(compile);
  return (name) => compiled.every((pattern) => pattern.matcher(name).find());
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    throw new SextantError('SEXTANT_CODE_HOST_PATTERN', {
      what: `The pattern ${JSON.stringify(pattern.slice(0, 200))} is not valid.`,
      why: error instanceof Error ? `${error.message}.` : undefined,
      fix: 'Correct it; look-around and back-references do not exist in RE2.',
      cause: error,
    });
  }
}
