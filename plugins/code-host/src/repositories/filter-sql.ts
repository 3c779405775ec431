import type { RepositoryFilter, Visibility } from '../api.js';

/** A condition over `repositories r`, and its parameters from `$1`. */
export interface Condition {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** What the filter asks for and the actor may see. Name patterns are RE2 and not the database's: {@link nameMatcher} applies them. */
export function conditionOf(visibility: Visibility, filter: RepositoryFilter): Condition {
  const parameters: unknown[] = [];
  const add = (value: unknown): string => `$${parameters.push(value)}`;
  const wall = visibility.sql('r.id', 1);
  parameters.push(...wall.parameters);
  const parts = [wall.text];
  if (!filter.includeDeleted) parts.push('r.deleted_at IS NULL');
  if (filter.names) parts.push(`lower(r.name) = ANY(${add(filter.names.map((name) => name.toLowerCase()))}::text[])`);
  if (filter.ids) parts.push(`r.id = ANY(${add(filter.ids)}::int[])`);
  if (filter.query) parts.push(`position(lower(${add(filter.query)}) IN lower(r.name)) > 0`);
  if (filter.connectionId !== undefined) {
    parts.push(
      `EXISTS (SELECT FROM repository_connections rc WHERE rc.repository_id = r.id AND rc.connection_id = ${add(filter.connectionId)})`,
    );
  }
  for (const column of ['fork', 'archived', 'private'] as const) {
    if (filter[column] !== undefined) parts.push(`r.${column} = ${add(filter[column])}`);
  }
  return { text: parts.join(' AND '), parameters };
}
