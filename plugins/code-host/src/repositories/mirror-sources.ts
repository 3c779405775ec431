import { type RepoName, SextantError, type Storage } from '@sextant/sdk';
import type { CloneSource, Connection, MirrorSources } from '../api.js';
import { parseCloneUrl } from '../connections/clone-url.js';
import type { ConnectionStore } from '../connections/connection-store.js';
import type { KindRegistry } from '../connections/kind-registry.js';
import { namesHost } from '../connections/written-hosts.js';

interface MirrorRow {
  id: number;
  name: RepoName;
  deleted_at: Date | null;
}

const mirrorOf = (row: MirrorRow): { readonly id: number; readonly name: RepoName; readonly deletedAt: Date | undefined } => ({
  id: row.id,
  name: row.name,
  deletedAt: row.deleted_at ?? undefined,
});

/** What git mirrors, and from where. It knows no actor: only the git plugin asks. */
export class MirrorSourceStore implements MirrorSources {
  constructor(
    private readonly db: Storage,
    private readonly connections: ConnectionStore,
    private readonly kinds: KindRegistry,
  ) {}

  /** From the oldest connection whose configuration is sound. @throws SEXTANT_CODE_HOST_CLONE_URL when the kind gave a URL that git may not use. */
  async cloneSource(repositoryId: number): Promise<CloneSource | undefined> {
    const links = await this.db.query<{ connection_id: number; kind: string; clone_url: string; name: string; external_id: string }>(
      `SELECT rc.connection_id, c.kind, rc.clone_url, r.name, r.external_id
       FROM repository_connections rc JOIN connections c ON c.id = rc.connection_id JOIN repositories r ON r.id = rc.repository_id
       WHERE r.id = $1 AND r.deleted_at IS NULL AND c.deleted_at IS NULL ORDER BY rc.connection_id`,
      [repositoryId],
    );
    let failure: unknown;
    for (const link of links) {
      try {
        const connection = await this.connections.usable(link.connection_id);
        if (!connection) continue;
        const source = await this.kinds
          .get(link.kind)
          .cloneSource(connection, { name: link.name, externalId: link.external_id, cloneUrl: link.clone_url });
        return this.#checked(connection, source);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure) throw failure;
    return undefined;
  }

  async all(page: {
    readonly limit: number;
    readonly afterId?: number;
  }): Promise<readonly { readonly id: number; readonly name: RepoName; readonly deletedAt: Date | undefined }[]> {
    const rows = await this.db.query<MirrorRow>('SELECT id, name, deleted_at FROM repositories WHERE id > $1 ORDER BY id LIMIT $2', [
      page.afterId ?? 0,
      page.limit,
    ]);
    return rows.map(mirrorOf);
  }

  async byId(id: number): Promise<{ readonly id: number; readonly name: RepoName; readonly deletedAt: Date | undefined } | undefined> {
    const [row] = await this.db.query<MirrorRow>('SELECT id, name, deleted_at FROM repositories WHERE id = $1', [id]);
    return row ? mirrorOf(row) : undefined;
  }

  async byName(name: RepoName): Promise<{ readonly id: number; readonly name: RepoName } | undefined> {
    const [row] = await this.db.query<{ id: number; name: RepoName }>('SELECT id, name FROM repositories WHERE live_name = lower($1)', [
      name,
    ]);
    return row;
  }

  #checked({ kind, config }: Connection, source: CloneSource): CloneSource {
    if (source.localFolder) {
      if (this.kinds.mayUseLocalFolders(kind)) return source;
      throw new SextantError('SEXTANT_CODE_HOST_CLONE_URL', {
        what: 'The clone URL is refused.',
        why: `The kind ${kind} may not use folders of this machine.`,
        fix: 'Use a https, http or ssh URL of a host.',
      });
    }
    const url = parseCloneUrl(source.url);
    if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:')) {
      throw new SextantError('SEXTANT_CODE_HOST_CLONE_URL', {
        what: 'The clone URL is refused.',
        why: 'It holds credentials.',
        fix: 'The kind must give credentials apart from the URL.',
      });
    }
    return { ...source, from: namesHost(config, url.hostname) ? 'admin' : 'person' };
  }
}
