import type { Queryable } from '@sextant/sdk';

export interface FeatureFlag {
  readonly name: string;
  /** Exactly one of value and rollout is there. */
  readonly value: boolean | undefined;
  readonly rollout: number | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface FeatureFlagOverride {
  readonly id: number;
  readonly flagName: string;
  /** Exactly one of the two is there. */
  readonly userId: number | undefined;
  readonly organizationId: number | undefined;
  readonly value: boolean;
}

interface FlagRow {
  readonly name: string;
  readonly value: boolean | null;
  readonly rollout: number | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}
interface OverrideRow {
  readonly id: number;
  readonly flag_name: string;
  readonly user_id: number | null;
  readonly organization_id: number | null;
  readonly value: boolean;
}

const toFlag = (row: FlagRow): FeatureFlag => ({
  name: row.name,
  value: row.value ?? undefined,
  rollout: row.rollout ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
const toOverride = (row: OverrideRow): FeatureFlagOverride => ({
  id: row.id,
  flagName: row.flag_name,
  userId: row.user_id ?? undefined,
  organizationId: row.organization_id ?? undefined,
  value: row.value,
});

const FLAG = 'name, value, rollout, created_at, updated_at';
const OVERRIDE = 'id, flag_name, user_id, organization_id, value';

export class FeatureFlagStore {
  constructor(private readonly db: Queryable) {}

  /** By name. */
  async list(limit: number): Promise<readonly FeatureFlag[]> {
    return (await this.db.query<FlagRow>(`select ${FLAG} from feature_flags order by name limit $1`, [limit])).map(toFlag);
  }

  async byName(name: string): Promise<FeatureFlag | undefined> {
    const rows = await this.db.query<FlagRow>(`select ${FLAG} from feature_flags where name = $1`, [name]);
    return rows[0] && toFlag(rows[0]);
  }

  /** Undefined when the name is taken. */
  async insert(flag: Omit<FeatureFlag, 'updatedAt'>): Promise<FeatureFlag | undefined> {
    const rows = await this.db.query<FlagRow>(
      `insert into feature_flags (name, value, rollout, created_at, updated_at) values ($1, $2, $3, $4, $4) on conflict do nothing returning ${FLAG}`,
      [flag.name, flag.value ?? null, flag.rollout ?? null, flag.createdAt],
    );
    return rows[0] && toFlag(rows[0]);
  }

  /** Undefined when there is no such flag. */
  async update(flag: Omit<FeatureFlag, 'createdAt'>): Promise<FeatureFlag | undefined> {
    const rows = await this.db.query<FlagRow>(
      `update feature_flags set value = $2, rollout = $3, updated_at = $4 where name = $1 returning ${FLAG}`,
      [flag.name, flag.value ?? null, flag.rollout ?? null, flag.updatedAt],
    );
    return rows[0] && toFlag(rows[0]);
  }

  async delete(name: string): Promise<boolean> {
    return (await this.db.query('delete from feature_flags where name = $1 returning name', [name])).length > 0;
  }

  async overridesOf(names: readonly string[]): Promise<readonly FeatureFlagOverride[]> {
    return (
      await this.db.query<OverrideRow>(`select ${OVERRIDE} from feature_flag_overrides where flag_name = any($1::text[]) order by id`, [
        names,
      ])
    ).map(toOverride);
  }

  /** The overrides that bear on a user. */
  async overridesFor(userId: number, organizationIds: readonly number[]): Promise<readonly FeatureFlagOverride[]> {
    const rows = await this.db.query<OverrideRow>(
      `select ${OVERRIDE} from feature_flag_overrides where user_id = $1 or organization_id = any($2::int[])`,
      [userId, organizationIds],
    );
    return rows.map(toOverride);
  }

  /** Undefined when the flag has one for this person or organisation. */
  async insertOverride(override: Omit<FeatureFlagOverride, 'id'>, now: Date): Promise<FeatureFlagOverride | undefined> {
    const rows = await this.db.query<OverrideRow>(
      `insert into feature_flag_overrides (flag_name, user_id, organization_id, value, created_at)
       values ($1, $2, $3, $4, $5) on conflict do nothing returning ${OVERRIDE}`,
      [override.flagName, override.userId ?? null, override.organizationId ?? null, override.value, now],
    );
    return rows[0] && toOverride(rows[0]);
  }

  async updateOverride(id: number, value: boolean): Promise<FeatureFlagOverride | undefined> {
    const rows = await this.db.query<OverrideRow>(`update feature_flag_overrides set value = $2 where id = $1 returning ${OVERRIDE}`, [
      id,
      value,
    ]);
    return rows[0] && toOverride(rows[0]);
  }

  async deleteOverride(id: number): Promise<boolean> {
    return (await this.db.query('delete from feature_flag_overrides where id = $1 returning id', [id])).length > 0;
  }
}
