import type { Actor, RepoName } from '@sextant/sdk';
import type { Repositories } from '../api.js';
import type { ConnectionRecord, ConnectionStore, UsableConnection } from '../connections/connection-store.js';
import { isExcluded } from '../connections/exclusion.js';

const MOST_CONNECTIONS = 1_000;

/** Why a repository is not there that somebody expects. For site admins: it names connections. */
export class WhyAbsent {
  constructor(
    private readonly parts: {
      readonly repositories: Pick<Repositories, 'list'>;
      readonly connections: Pick<ConnectionStore, 'list' | 'usable'>;
      /** Milliseconds that what is gone is kept. */
      readonly deletedTtl: () => number;
    },
  ) {}

  /** Undefined: nothing is known of such a repository. */
  async reason(
    actor: Actor,
    name: RepoName,
  ): Promise<{ readonly verdict: 'excluded' | 'deleted'; readonly summary: string; readonly fix: string } | undefined> {
    const connections = await this.parts.connections.list({ limit: MOST_CONNECTIONS });
    for (const record of connections) {
      const rule = excludes(await this.parts.connections.usable(record.id).catch(() => undefined), name);
      if (rule !== undefined)
        return {
          verdict: 'excluded',
          summary: `${called(record)} leaves ${name} out, by rule ${rule} of its "exclude".`,
          fix: 'Take the rule out of the connection; its next sync brings the repository.',
        };
    }
    const [deleted] = await this.parts.repositories.list(actor, { names: [name], includeDeleted: true }, { limit: 1 });
    if (deleted?.deletedAt) {
      const purged = new Date(deleted.deletedAt.getTime() + this.parts.deletedTtl());
      return {
        verdict: 'deleted',
        summary: `Since ${deleted.deletedAt.toISOString()} no connection gives it, or an admin deleted it; it is purged after ${purged.toISOString()}.`,
        fix: 'See that a connection lists it, and that its credential may see it; the next sync brings it back.',
      };
    }
    return undefined;
  }
}

const called = ({ displayName, kind }: ConnectionRecord): string => `Connection "${displayName}" (${kind})`;

/** Which rule it is, from 1; a name at the host is one without what stands before it here. Rules of anything but the name cannot be tried on a name. */
function excludes(connection: UsableConnection | undefined, name: string): number | undefined {
  const segments = name.split('/');
  const atHost = segments.map((_segment, at) => segments.slice(at).join('/')).filter((rest) => rest.includes('/') || rest === name);
  const at = connection?.common.exclude.findIndex((rule) => {
    const { name: named, pattern } = rule;
    if (named === undefined && pattern === undefined) return false;
    return atHost.some((nameAtHost) => isExcluded([rule], { externalId: '', name, nameAtHost, cloneUrl: '' }));
  });
  return at === undefined || at < 0 ? undefined : at + 1;
}
