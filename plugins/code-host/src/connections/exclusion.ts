import { bytes, z } from '@sextant/sdk';
import type { FoundRepository } from '../api.js';
import { re2Pattern } from '../host-clients/connection-keys.js';

export interface Comparison {
  readonly holds: (value: number) => boolean;
}

/** `< 10`, `>= 1GB`. */
const comparison = z.string().transform((text, ctx): Comparison => {
  const [, operator, operand] = /^\s*(<=|>=|<|>)\s*(\S.*?)\s*$/.exec(text) ?? [];
  const parsed = /^\d+$/.test(operand ?? '')
    ? { success: true as const, data: Number(operand) }
    : bytes().safeParse(operand?.replace(/\s+/g, ''));
  if (operator === undefined || !parsed.success) {
    ctx.addIssue({ code: 'custom', message: 'write a comparison, such as "< 10" or ">= 1 GB"' });
    return z.NEVER;
  }
  const limit = parsed.data;
  const holds: Readonly<Record<string, Comparison['holds']>> = {
    '<': (value) => value < limit,
    '<=': (value) => value <= limit,
    '>': (value) => value > limit,
    '>=': (value) => value >= limit,
  };
  return { holds: holds[operator] as Comparison['holds'] };
});

/** Which repositories a connection leaves out: those that all conditions of one rule fit. */
export const exclusion = z
  .array(
    z
      .strictObject({
        name: z.string().describe('Its name here or at the host; upper and lower case are the same'),
        id: z.union([z.string(), z.number()]).transform(String).describe('Its id at the host'),
        pattern: re2Pattern().describe('An RE2 pattern over its name at the host'),
        forks: z.boolean().describe('true: forks'),
        archived: z.boolean().describe('true: archived ones'),
        stars: comparison.describe('Such as "< 10"'),
        size: comparison.describe('Such as "> 1 GB", where the host says sizes'),
      })
      .partial()
      .refine((rule) => Object.keys(rule).length > 0, { message: 'a rule needs a condition' }),
  )
  .describe('Repositories that are left out');
export type ExclusionRule = z.output<typeof exclusion>[number];

export const isExcluded = (rules: readonly ExclusionRule[], found: FoundRepository): boolean => rules.some((rule) => fits(rule, found));

function fits(rule: ExclusionRule, found: FoundRepository): boolean {
  const { name, nameAtHost = name } = found;
  const isNamed = (text: string): boolean => [name, nameAtHost].some((one) => one.toLowerCase() === text.toLowerCase());
  return (
    (rule.name === undefined || isNamed(rule.name)) &&
    (rule.id === undefined || rule.id === found.externalId) &&
    (rule.pattern === undefined || rule.pattern.matcher(nameAtHost).find()) &&
    (rule.forks === undefined || rule.forks === (found.fork ?? false)) &&
    (rule.archived === undefined || rule.archived === (found.archived ?? false)) &&
    (rule.stars === undefined || rule.stars.holds(found.stars ?? 0)) &&
    // What a host does not say must not leave anything out.
    (rule.size === undefined || (found.size !== undefined && rule.size.holds(found.size)))
  );
}
