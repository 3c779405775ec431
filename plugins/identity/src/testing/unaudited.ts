import { core, type Storage, type Token } from '@sextant/sdk';

interface Kernel {
  service<V>(token: Token<V>, plugin?: string): V;
}

/** Noted beside a change, and no part of one. */
const NOT_COMPARED = `'{last_used_at,last_active_at,ip,expires_at}'::text[]`;

/**
 * Does something twice: while nothing can be written to the audit log, as on a full disk, and then again. What a change writes together with its entry is
 * not there after the first time.
 * @param plugins whose tables are compared @param act must not throw
 * @returns the tables that the first and the second time changed, as `plugin.table`
 */
export async function unauditedThenAudited(
  kernel: Kernel,
  plugins: readonly string[],
  act: () => Promise<unknown>,
): Promise<{ readonly refused: readonly string[]; readonly done: readonly string[] }> {
  const databases = plugins.map((plugin) => [plugin, kernel.service(core.storage, plugin)] as const);
  const all = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await Promise.all(databases.map(([plugin, db]) => rowsOf(plugin, db)))).flat());
  const identity = kernel.service(core.storage, 'identity');
  const before = await all();
  await identity.query('alter table audit_inbox add constraint full_disk check (false) not valid');
  await act().finally(() => identity.query('alter table audit_inbox drop constraint full_disk'));
  const between = await all();
  await act();
  return { refused: changed(before, between), done: changed(between, await all()) };
}

async function rowsOf(plugin: string, db: Storage): Promise<readonly (readonly [string, string])[]> {
  const tables = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = $1 and table_name not like 'audit%' order by 1`,
    [db.schema],
  );
  const rows: (readonly [string, string])[] = [];
  for (const { name } of tables) {
    const [row] = await db.query<{ rows: string | null }>(
      `select string_agg(text, ' ' order by text) as rows from (select (to_jsonb(t) - ${NOT_COMPARED})::text as text from ${name} t) as r`,
    );
    rows.push([`${plugin}.${name}`, row?.rows ?? '']);
  }
  return rows;
}

const changed = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] =>
  [...after].filter(([table, rows]) => before.get(table) !== rows).map(([table]) => table);
