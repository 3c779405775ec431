import { isRole, type Queryable } from '@sextant/sdk';
import type { PluginInProcess, ProcessState } from '../lifecycle/process-state.js';

/** Seconds after which a process that said nothing is left out; well over the time between two writes. */
const SILENCE = 30;

/** What each process of an installation last said of its plugins. Those without a database are written by whoever asked them. */
export class ProcessTable {
  constructor(private readonly db: Queryable) {}

  /** @param place what stays the same when the process at it is started anew: its internal address, or its instance where it has none. */
  async save(place: string, { instance, roles, plugins }: ProcessState): Promise<void> {
    await this.db.query(
      `with old as (delete from kernel.processes where seen_at < now() - interval '1 hour' and place <> $1)
       insert into kernel.processes (place, instance, roles, plugins, seen_at) values ($1, $2, $3, $4, clock_timestamp())
       on conflict (place) do update set instance = excluded.instance, roles = excluded.roles, plugins = excluded.plugins, seen_at = excluded.seen_at`,
      [place, instance, roles, JSON.stringify(plugins)],
    );
  }

  async forget(place: string): Promise<void> {
    await this.db.query('delete from kernel.processes where place = $1', [place]);
  }

  /** Those that were heard of lately, each once. */
  async all(): Promise<readonly ProcessState[]> {
    const rows = await this.db.query<{ instance: string; roles: string[]; plugins: PluginInProcess[] }>(
      `select distinct on (instance) instance, roles, plugins from kernel.processes
       where seen_at > now() - $1 * interval '1 second' order by instance, seen_at desc limit 1000`,
      [SILENCE],
    );
    return rows.map((row) => ({ ...row, roles: row.roles.filter(isRole) }));
  }
}
