import type { Organizations } from '@sextant/plugin-identity/api';
import { type Actors, type Clock, SextantError, type Storage } from '@sextant/sdk';
import type { FeatureFlags } from '../api.js';
import { type FeatureFlag, type FeatureFlagOverride, FeatureFlagStore } from '../storage/feature-flag-store.js';
import { evaluateFlag } from './evaluate-flag.js';

export interface FlagInput {
  readonly name: string;
  readonly value: boolean | undefined;
  /** Basis points. */
  readonly rollout: number | undefined;
}

const NAME = /^[a-z0-9](?:[a-z0-9._/-]{0,98}[a-z0-9])?$/i;
/** More would say that flags are used as settings. */
const MAX_FLAGS = 1000;

/** Keeps feature flags and says which are on for whom. */
export class Flags implements FeatureFlags {
  readonly #store: FeatureFlagStore;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly organizations: Organizations,
    private readonly actors: Pick<Actors, 'current' | 'request'>,
  ) {
    this.#store = new FeatureFlagStore(db);
  }

  async enabled(name: string, userId: number | undefined): Promise<boolean> {
    return (await this.evaluate(name, userId)) ?? false;
  }

  /** Undefined for a flag that does not exist. */
  async evaluate(name: string, userId: number | undefined): Promise<boolean | undefined> {
    const flag = await this.#store.byName(name);
    return flag && this.#evaluated(flag, userId, await this.#overridesFor(userId));
  }

  async evaluateAll(userId: number | undefined): Promise<readonly { readonly name: string; readonly value: boolean }[]> {
    const [flags, overrides] = [await this.list(), await this.#overridesFor(userId)];
    return flags.map((flag) => ({ name: flag.name, value: this.#evaluated(flag, userId, overrides) }));
  }

  async list(): Promise<readonly FeatureFlag[]> {
    return this.#store.list(MAX_FLAGS);
  }

  async byName(name: string): Promise<FeatureFlag | undefined> {
    return this.#store.byName(name);
  }

  async overridesOf(names: readonly string[]): Promise<readonly FeatureFlagOverride[]> {
    return this.#store.overridesOf(names);
  }

  /** @throws SEXTANT_FEATURE_FLAG_INVALID, SEXTANT_FEATURE_FLAG_EXISTS. */
  async create(input: FlagInput): Promise<FeatureFlag> {
    const flag = checked(input);
    const created = await this.db.transaction(async (tx) => {
      await tx.query('lock table feature_flags in share row exclusive mode');
      const store = new FeatureFlagStore(tx);
      if ((await store.list(MAX_FLAGS)).length >= MAX_FLAGS) throw invalid(`There are ${MAX_FLAGS} flags already.`);
      return store.insert({ ...flag, createdAt: this.clock.now() });
    });
    if (!created) throw exists(`The feature flag "${flag.name}" exists already.`);
    return created;
  }

  /** @throws SEXTANT_FEATURE_FLAG_INVALID, SEXTANT_FEATURE_FLAG_NOT_FOUND. */
  async update(input: FlagInput): Promise<FeatureFlag> {
    const updated = await this.#store.update({ ...checked(input), updatedAt: this.clock.now() });
    if (!updated) throw notFound('feature flag');
    return updated;
  }

  /** With its overrides. @throws SEXTANT_FEATURE_FLAG_NOT_FOUND. */
  async delete(name: string): Promise<void> {
    if (!(await this.#store.delete(name))) throw notFound('feature flag');
  }

  /** @throws SEXTANT_FEATURE_FLAG_NOT_FOUND, SEXTANT_FEATURE_FLAG_EXISTS. */
  async override(override: Omit<FeatureFlagOverride, 'id'>): Promise<FeatureFlagOverride> {
    const created = await this.db.transaction(async (tx) => {
      const flag = await tx.query('select 1 from feature_flags where name = $1 for share', [override.flagName]);
      if (flag.length === 0) throw notFound('feature flag');
      return new FeatureFlagStore(tx).insertOverride(override, this.clock.now());
    });
    if (!created) throw exists(`The feature flag "${override.flagName}" has an override for this subject already.`);
    return created;
  }

  /** @throws SEXTANT_FEATURE_FLAG_NOT_FOUND. */
  async changeOverride(id: number, value: boolean): Promise<FeatureFlagOverride> {
    const updated = await this.#store.updateOverride(id, value);
    if (!updated) throw notFound('override');
    return updated;
  }

  /** @throws SEXTANT_FEATURE_FLAG_NOT_FOUND. */
  async deleteOverride(id: number): Promise<void> {
    if (!(await this.#store.deleteOverride(id))) throw notFound('override');
  }

  /** What the request that is answered wants of the flag, for whoever sends it and nobody else; the last word counts. */
  #askedFor(name: string, userId: number | undefined): boolean | undefined {
    const asked = this.actors.request()?.featureOverrides ?? [];
    if (asked.length === 0 || this.actors.current().userId !== userId) return undefined;
    const last = asked.findLast((one) => one === name || one === `-${name}`);
    return last === undefined ? undefined : last === name;
  }

  async #overridesFor(userId: number | undefined): Promise<readonly FeatureFlagOverride[]> {
    if (userId === undefined) return [];
    const groups = await this.organizations.ofUser(userId);
    return this.#store.overridesFor(
      userId,
      groups.map(({ id }) => id),
    );
  }

  #evaluated(flag: FeatureFlag, userId: number | undefined, overrides: readonly FeatureFlagOverride[]): boolean {
    const asked = this.#askedFor(flag.name, userId);
    if (asked !== undefined) return asked;
    const own = overrides.filter(({ flagName }) => flagName === flag.name);
    const rule = flag.value === undefined ? { rollout: flag.rollout ?? 0 } : { value: flag.value };
    return evaluateFlag(flag.name, rule, userId, {
      user: own.find((override) => override.userId !== undefined)?.value,
      organizations: own.filter((override) => override.organizationId !== undefined).map(({ value }) => value),
    });
  }
}

function checked({ name, value, rollout }: FlagInput): FlagInput {
  if (!NAME.test(name)) throw invalid('Its name must be 1 to 100 letters, digits and - _ . / between them.');
  if ((value === undefined) === (rollout === undefined)) throw invalid('It needs either a value or a rollout.');
  if (rollout !== undefined && !(Number.isInteger(rollout) && rollout >= 0 && rollout <= 10_000))
    throw invalid('Its rollout must be 0 to 10000 basis points.');
  return { name, value, rollout };
}

const invalid = (why: string): SextantError =>
  new SextantError('SEXTANT_FEATURE_FLAG_INVALID', { what: 'The feature flag cannot be saved.', why, fix: 'Correct the request.' });
const exists = (what: string): SextantError => new SextantError('SEXTANT_FEATURE_FLAG_EXISTS', { what, fix: 'Update it instead.' });
const notFound = (what: string): SextantError =>
  new SextantError('SEXTANT_FEATURE_FLAG_NOT_FOUND', { what: `The ${what} was not found.`, fix: 'Check its name or id.' });
