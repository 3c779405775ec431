import type { Queryable } from '@sextant/sdk';

/** Remembers which plugins were switched on or off while Sextant ran. The configuration file wins over it. */
export class SwitchTable {
  constructor(private readonly db: Queryable) {}

  async save(plugin: string, enabled: boolean): Promise<void> {
    await this.db.query(
      'insert into kernel.plugin_switches (plugin, enabled) values ($1, $2) on conflict (plugin) do update set enabled = excluded.enabled, changed_at = now()',
      [plugin, enabled],
    );
  }

  async all(): Promise<ReadonlyMap<string, boolean>> {
    const rows = await this.db.query<{ plugin: string; enabled: boolean }>('select plugin, enabled from kernel.plugin_switches');
    return new Map(rows.map((row) => [row.plugin, row.enabled]));
  }
}
