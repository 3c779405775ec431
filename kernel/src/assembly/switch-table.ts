import type { Queryable } from '@sextant/sdk';

/** Every live switch of an installation, as it stood at one time. */
export interface SwitchState {
  /** Microseconds since 1970 of the newest change, by the database's clock; 0 without one. */
  readonly revision: number;
  readonly switches: ReadonlyMap<string, boolean>;
}

/** Remembers which plugins were switched on or off while Sextant ran. The configuration wins over it. */
export class SwitchTable {
  constructor(private readonly db: Queryable) {}

  /** All of them or none: nobody sees a plugin off and what needs it still on. */
  async save(switches: ReadonlyMap<string, boolean>): Promise<void> {
    await this.db.query(
      `insert into kernel.plugin_switches (plugin, enabled, changed_at) select plugin, enabled, clock_timestamp() from unnest($1::text[], $2::boolean[]) as s (plugin, enabled)
       on conflict (plugin) do update set enabled = excluded.enabled, changed_at = excluded.changed_at`,
      [[...switches.keys()], [...switches.values()]],
    );
  }

  async read(): Promise<SwitchState> {
    const rows = await this.db.query<{ plugin: string; enabled: boolean; at: string }>(
      'select plugin, enabled, (extract(epoch from changed_at) * 1000000)::bigint::text as at from kernel.plugin_switches',
    );
    return {
      revision: Math.max(0, ...rows.map((row) => Number(row.at))),
      switches: new Map(rows.map((row) => [row.plugin, row.enabled])),
    };
  }
}
