import { type Events, type Queryable, SextantError, type Storage } from '@sextant/sdk';
import { repositoriesChanged } from '../api.js';
import { WallState } from '../wall/wall-state.js';

const MAX_LENGTH = 500;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Changes people make to repository records. Whoever calls it has asked the wall for each id first. */
export class RepositoryEditor {
  constructor(
    private readonly db: Storage,
    private readonly events: Pick<Events, 'publish'>,
  ) {}

  /** Deletes the record; the next sync of a connection that still lists the repository brings it back, as the host is the authority. */
  async remove(id: number): Promise<void> {
    await this.db.transaction(async (tx) => {
      const rows = await tx.query(
        'UPDATE repositories SET deleted_at = now(), updated_at = now() WHERE id = $1 AND deleted_at IS NULL RETURNING id',
        [id],
      );
      if (rows.length === 0) return;
      await WallState.moveEpoch(tx);
      await this.events.publish(repositoriesChanged, { ids: [id], reason: 'deleted' }, { tx });
    });
  }

  async addMetadata(id: number, key: string, value: string | null): Promise<void> {
    check(key, value);
    const rows = await this.#write(
      'INSERT INTO repository_metadata (repository_id, key, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key',
      [id, key, value],
    );
    if (rows === 0)
      throw new SextantError('SEXTANT_CODE_HOST_METADATA_EXISTS', {
        what: `The repository has the key "${key}" already.`,
        fix: 'Update it instead.',
      });
  }

  async updateMetadata(id: number, key: string, value: string | null): Promise<void> {
    check(key, value);
    if (
      (await this.#write('UPDATE repository_metadata SET value = $3 WHERE repository_id = $1 AND key = $2 RETURNING key', [
        id,
        key,
        value,
      ])) === 0
    )
      throw noSuchKey(key);
  }

  async deleteMetadata(id: number, key: string): Promise<void> {
    if ((await this.#write('DELETE FROM repository_metadata WHERE repository_id = $1 AND key = $2 RETURNING key', [id, key])) === 0)
      throw noSuchKey(key);
  }

  #write(sql: string, parameters: readonly [id: number, ...rest: unknown[]]): Promise<number> {
    return this.db.transaction(async (tx) => {
      const rows = await tx.query(sql, parameters);
      if (rows.length > 0) await this.#touched(tx, parameters[0]);
      return rows.length;
    });
  }

  async #touched(tx: Parameters<Parameters<Storage['transaction']>[0]>[0], id: number): Promise<void> {
    await touch(tx, id);
    await this.events.publish(repositoriesChanged, { ids: [id], reason: 'updated' }, { tx });
  }
}

const touch = (db: Queryable, id: number): Promise<unknown> => db.query('UPDATE repositories SET updated_at = now() WHERE id = $1', [id]);

function check(key: string, value: string | null): void {
  const problem =
    key.trim() === ''
      ? 'The key is empty'
      : [key, value ?? ''].some((text) => text.length > MAX_LENGTH)
        ? `It is longer than ${MAX_LENGTH} characters`
        : CONTROL.test(key) || CONTROL.test(value ?? '')
          ? 'It holds a control character'
          : undefined;
  if (problem)
    throw new SextantError('SEXTANT_CODE_HOST_METADATA_INVALID', {
      what: 'The metadata is malformed.',
      why: `${problem}.`,
      fix: `Use up to ${MAX_LENGTH} characters without control characters.`,
    });
}

const noSuchKey = (key: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_METADATA_NOT_FOUND', { what: `The repository has no key "${key}".`, fix: 'Add it first.' });
