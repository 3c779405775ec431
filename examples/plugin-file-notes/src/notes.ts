import type { Repositories, Visibility, VisibilityService } from '@sextant/plugin-code-host/api';
import type { AuditTrail } from '@sextant/plugin-identity/api';
import { type Actor, type Queryable, SextantError, type Storage } from '@sextant/sdk';
import './errors.js';

export interface Note {
  readonly id: number;
  readonly repositoryId: number;
  readonly path: string;
  readonly text: string;
}
const COLUMNS = 'id, repository_id AS "repositoryId", path, text';

export interface NotesAsked {
  readonly limit: number;
  /** Only older ones than this. */
  readonly before?: number | undefined;
  readonly repositoryId?: number | undefined;
}

/** The actor's own notes on what the actor may still see, newest first. */
export async function notesOf(db: Queryable, visibility: Visibility, actor: Actor, asked: NotesAsked): Promise<readonly Note[]> {
  const wall = visibility.sql('repository_id', 5);
  const found: Note[] = [];
  let before = asked.before;
  for (;;) {
    const rows = await db.query<Note>(
      `SELECT ${COLUMNS} FROM notes
       WHERE user_id = $1 AND ($2::int IS NULL OR id < $2) AND ($3::int IS NULL OR repository_id = $3) AND ${wall.text}
       ORDER BY id DESC LIMIT $4`,
      [actor.userId, before, asked.repositoryId, asked.limit, ...wall.parameters],
    );
    found.push(...rows.filter(({ repositoryId, path }) => visibility.canSee(repositoryId, path)));
    if (rows.length < asked.limit || found.length >= asked.limit) return found.slice(0, asked.limit);
    before = rows.at(-1)?.id;
  }
}

/** Undefined: there is none, it is somebody else's, or what it is on is hidden. */
export async function noteOf(db: Queryable, visibility: Visibility, actor: Actor, id: number): Promise<Note | undefined> {
  const [note] = await db.query<Note>(`SELECT ${COLUMNS} FROM notes WHERE id = $1 AND user_id = $2`, [id, actor.userId]);
  return note && visibility.canSee(note.repositoryId, note.path) ? note : undefined;
}

interface Services {
  readonly db: Storage;
  readonly repositories: Repositories;
  readonly visibility: VisibilityService;
  readonly audit: AuditTrail;
}

/** @throws SEXTANT_FILE_NOTES_FILE for what is hidden as for what is not there. */
export async function addNote(
  { db, repositories, visibility, audit }: Services,
  actor: Actor,
  { repositoryId, path, text }: Omit<Note, 'id'>,
): Promise<Note> {
  const repository = await repositories.byId(actor, repositoryId);
  if (!repository || !(await visibility.of(actor)).canSee(repositoryId, path)) {
    throw new SextantError('SEXTANT_FILE_NOTES_FILE', {
      what: 'There is no such file.',
      fix: 'Name a repository and a path that you can see.',
    });
  }
  return db.transaction(async (tx) => {
    const [note] = await tx.query<Note>(
      `INSERT INTO notes (user_id, repository_id, path, text) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      [actor.userId, repositoryId, path, text],
    );
    if (!note) throw new Error('an insert gave no row');
    await audit.record('fileNote', 'created', { actor }, { id: note.id, repository: repository.name }, { tx });
    return note;
  });
}
