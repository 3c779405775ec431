import type { AdministrativeAct, AdministrativeActs, Queryable, Tx } from '@sextant/sdk';
import { currentActor, currentRequest } from '../services/actors.js';

/** @param uid who did it, where that is no actor */
export function actOf(entity: string, action: string, fields: AdministrativeAct['fields'], uid?: string): AdministrativeAct {
  const request = uid === undefined ? currentRequest() : undefined;
  const actor = currentActor();
  // Without a request it is the operator at the command line: jobs and hooks ask the kernel for nothing of this kind.
  return { at: new Date(), entity, action, actor: request ? actor : undefined, ...(uid === undefined ? {} : { uid }), request, fields };
}

/** What the kernel did at somebody's word, until whoever keeps an audit log takes it. */
export class ActTable implements AdministrativeActs {
  constructor(private readonly db: Queryable) {}

  /** Returns once it is durable: who does not get here has not acted. */
  async record(entity: string, action: string, fields: AdministrativeAct['fields'] = {}): Promise<void> {
    const act = actOf(entity, action, fields);
    // The tables of a program before this one have no such table; exporting them must be possible.
    const [present] = await this.db.query<{ table: unknown }>(`select to_regclass('kernel.administrative_acts') as table`);
    if (present?.table != null) await this.db.query('insert into kernel.administrative_acts (act) values ($1)', [JSON.stringify(act)]);
  }

  async take(tx: Tx, limit: number): Promise<readonly AdministrativeAct[]> {
    const rows = await tx.query<{ id: string; act: Omit<AdministrativeAct, 'at'> & { readonly at: string } }>(
      `delete from kernel.administrative_acts where id in (select id from kernel.administrative_acts order by id limit $1 for update skip locked)
       returning id::text, act`,
      [limit],
    );
    return rows
      .sort((a, b) => Number(a.id) - Number(b.id))
      .map(({ act }) => ({ ...act, at: new Date(act.at), actor: act.actor, request: act.request }));
  }
}
