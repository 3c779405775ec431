import type { Visibility } from '@sextant/plugin-code-host/api';
import type { Queryable } from '@sextant/sdk';

export interface Pin {
  readonly id: number;
  readonly repositoryId: number;
  readonly text: string;
}

/** The newest pins that may be seen. The wall is part of the statement, so that a page is full and its count is true. */
export async function visiblePins(db: Queryable, visibility: Visibility, limit: number): Promise<readonly Pin[]> {
  const wall = visibility.sql('repository_id', 2);
  return db.query<Pin>(`SELECT id, repository_id AS "repositoryId", text FROM pins WHERE ${wall.text} ORDER BY id DESC LIMIT $1`, [
    limit,
    ...wall.parameters,
  ]);
}
