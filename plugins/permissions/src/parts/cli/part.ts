import { permissionHosts, permissionSources, repositories, visibility } from '@sextant/plugin-code-host/api';
import { accounts, users } from '@sextant/plugin-identity/api';
import { core, definePart, RepoName, z } from '@sextant/sdk';
import { config } from '../../config.js';
import { AccessExplainer, type AccessExplanation } from '../../explain/access-explainer.js';
import { SyncedPermissions } from '../../grants/permission-source.js';
import { storage } from '../../storage/definition.js';
import { SyncJobs } from '../../sync/sync-jobs.js';
import { noSuchRepository, noSuchUser } from '../api/ids.js';

const deps = {
  db: core.storage,
  clock: core.clock,
  jobs: core.jobs,
  actors: core.actor,
  hosts: permissionHosts,
  repositories,
  wall: visibility,
  users,
  accounts,
} as const;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.contribute(permissionSources, ({ db, hosts, clock }) => new SyncedPermissions(db, hosts, clock));
    r.command({
      name: 'access explain',
      summary: 'Tells why a user sees a repository or does not, and what would change it',
      arguments: z.object({
        user: z.string().describe('Username').meta({ positional: true }),
        repository: z.string().describe('Name of the repository').meta({ positional: true }),
      }),
      run: async (args: { readonly user: string; readonly repository: string }, d, { out }) => {
        const user = await d.users.byUsername(args.user);
        if (!user) throw noSuchUser();
        const repository = await d.repositories.byName(d.actors.internal(), RepoName.parse(args.repository));
        if (!repository) throw noSuchRepository();
        const { db, hosts, wall, accounts: directory } = d;
        const explainer = new AccessExplainer({ db, hosts, wall, accounts: directory, jobs: new SyncJobs(db, d.jobs) });
        const explanation = await explainer.explain(user, repository);
        out.json({ user: user.username, repository: repository.name, ...explanation });
        for (const line of linesOf(explanation)) out.line(line);
        return explanation.allowed ? 0 : 1;
      },
    });
  },
});

function* linesOf({ summary, reasons, wouldChange }: AccessExplanation): Iterable<string> {
  yield summary;
  for (const { cause, text, since } of reasons) yield `  ${cause}: ${text}${since ? ` (since ${since.toISOString()})` : ''}`;
  if (wouldChange.length > 0) yield 'What would change it:';
  for (const change of wouldChange) yield `  - ${change}`;
}
