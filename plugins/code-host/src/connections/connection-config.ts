import { SextantError, z } from '@sextant/sdk';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { exclusion } from './exclusion.js';

const commonSchema = z.strictObject({
  maxDeletions: z.int().min(0).optional().describe('A sync that would delete more repositories than this deletes none and fails'),
  exclude: exclusion.default([]),
  rateLimit: z
    .strictObject({ enabled: z.boolean().default(true), requestsPerHour: z.number().positive().optional() })
    .optional()
    .describe('Requests an hour to the host, beside what it says itself'),
});

/** Keys that every kind of connection understands beside its own. */
export type CommonSettings = z.output<typeof commonSchema>;

export interface ParsedConfig {
  readonly common: CommonSettings;
  /** Validated by the kind's schema. */
  readonly own: unknown;
}

/** The whole of what a connection of a kind may hold. A key that the kind has itself is its own. */
export const withCommonKeys = (own: z.ZodObject): z.ZodObject => z.object({ ...commonSchema.shape, ...own.shape });

/**
 * Reads a connection's JSON with comments.
 * @throws SEXTANT_CODE_HOST_CONFIG_INVALID with every problem, by path; never with a value, which could be a secret.
 */
export function parseConnectionConfig(jsonc: string, schema: z.ZodObject): ParsedConfig {
  const value = Object.entries(parseJsonc(jsonc));
  const isCommon = (key: string): boolean => key in commonSchema.shape && !(key in schema.shape);
  const common = commonSchema.safeParse(Object.fromEntries(value.filter(([key]) => isCommon(key))));
  const own = schema.strict().safeParse(Object.fromEntries(value.filter(([key]) => !isCommon(key))));
  if (common.success && own.success) return { common: common.data, own: own.data };
  const issues = [common, own].flatMap((result) => result.error?.issues ?? []);
  throw invalid(issues.map((issue) => `${issue.path.join('.') || 'the configuration'}: ${issue.message}`));
}

export function parseJsonc(jsonc: string): Record<string, unknown> {
  // The `src` command line sends what its standard input holds, where that is no terminal, whatever file it is given.
  if (jsonc.trim() === '') throw invalid(['it is empty'], 'Give the JSON of the connection, such as { "url": "https://…" }.');
  const errors: ParseError[] = [];
  const value: unknown = parse(jsonc, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw noJson(errors.slice(0, 5).map((error) => `${position(jsonc, error.offset)}: ${inWords(error.error)}`));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(['the configuration: must be an object'], 'Put the keys of the connection between { and }.');
  return value as Record<string, unknown>;
}

/** `ValueExpected` is `value expected`. */
const inWords = (code: ParseError['error']): string =>
  printParseErrorCode(code)
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

const noJson = (problems: readonly string[]): SextantError =>
  invalid(
    problems,
    'Correct the text where it is named: keys and texts stand in double quotes, with a comma between entries; comments may stand anywhere.',
    "The connection's configuration is no JSON.",
  );

const invalid = (
  problems: readonly string[],
  fix = 'Correct the named keys.',
  what = "The connection's configuration is malformed.",
): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_CONFIG_INVALID', {
    what,
    why: `${problems.join('; ')}.`,
    fix,
    details: { problems: [...problems] },
  });
