import { createHash } from 'node:crypto';

/** A flag is on or off for all, or on for a part of all people: `rollout` in hundredths of a percent, 0 to 10000. */
export type FlagRule = { readonly value: boolean } | { readonly rollout: number };

export interface FlagOverrides {
  readonly user: boolean | undefined;
  /** Of the organisations that the user is a member of. */
  readonly organizations: readonly boolean[];
}

/**
 * An override for the user counts before one for an organisation, and that before the rule. Where organisations
 * disagree, the flag is on. Nobody in particular is in no part of a rollout that is not complete.
 */
export function evaluateFlag(name: string, rule: FlagRule, userId: number | undefined, overrides: FlagOverrides): boolean {
  if (overrides.user !== undefined) return overrides.user;
  if (overrides.organizations.length > 0) return overrides.organizations.includes(true);
  if ('value' in rule) return rule.value;
  if (userId === undefined) return rule.rollout >= 10_000;
  return rolloutBucket(name, userId) < rule.rollout;
}

/** 0 to 9999, the same for a flag and user for ever; a growing rollout only ever adds people. */
export const rolloutBucket = (name: string, userId: number): number =>
  createHash('sha256').update(`${name}\0${userId}`).digest().readUInt32BE(0) % 10_000;
