import { SextantError, type z } from '@sextant/sdk';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';

/** Keys that every kind of connection understands beside its own. */
export interface CommonSettings {
  readonly maxDeletions: number | undefined;
}

export interface ParsedConfig {
  readonly common: CommonSettings;
  /** Validated by the kind's schema. */
  readonly own: unknown;
}

/**
 * Reads a connection's JSON with comments.
 * @throws SEXTANT_CODE_HOST_CONFIG_INVALID with every problem, by path; never with a value, which could be a secret.
 */
export function parseConnectionConfig(jsonc: string, schema: z.ZodObject): ParsedConfig {
  const value = parseJsonc(jsonc);
  const { maxDeletions, ...own } = value;
  const problems: string[] = [];
  if (maxDeletions !== undefined && !(Number.isInteger(maxDeletions) && (maxDeletions as number) >= 0))
    problems.push('maxDeletions: must be a whole number from 0');
  const result = schema.strict().safeParse('maxDeletions' in schema.shape ? value : own);
  if (!result.success)
    problems.push(...result.error.issues.map((issue) => `${issue.path.join('.') || 'the configuration'}: ${issue.message}`));
  if (problems.length > 0) throw invalid(problems);
  return { common: { maxDeletions: maxDeletions as number | undefined }, own: result.data };
}

export function parseJsonc(jsonc: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = parse(jsonc, errors, { allowTrailingComma: true });
  if (errors.length > 0)
    throw invalid(errors.slice(0, 5).map((error) => `${position(jsonc, error.offset)}: ${printParseErrorCode(error.error)}`));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(['the configuration: must be an object']);
  return value as Record<string, unknown>;
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

const invalid = (problems: readonly string[]): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_CONFIG_INVALID', {
    what: "The connection's configuration is malformed.",
    why: `${problems.join('; ')}.`,
    fix: 'Correct the named keys.',
    details: { problems: [...problems] },
  });
