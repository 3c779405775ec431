import { permissionHosts, repositories, visibility } from '@sextant/plugin-code-host/api';
import { accounts, users } from '@sextant/plugin-identity/api';
import { type CommandOutput, core, RepoName, type Resolved, SextantError } from '@sextant/sdk';
import { AccessExplainer } from '../../explain/access-explainer.js';
import type { AccessExplanation } from '../../explain/access-explanation.js';
import { SyncJobs } from '../../sync/sync-jobs.js';

export const explainDeps = {
  db: core.storage,
  jobs: core.jobs,
  actors: core.actor,
  hosts: permissionHosts,
  repositories,
  wall: visibility,
  users,
  accounts,
} as const;

/** @returns 0 when the user sees the repository, else 1. @throws SEXTANT_PERMISSIONS_USER_NOT_FOUND, _REPOSITORY_NOT_FOUND. */
export async function explainAccess(
  args: { readonly user: string; readonly repository: string },
  deps: Resolved<typeof explainDeps>,
  out: CommandOutput,
): Promise<number> {
  const user = await deps.users.byUsername(args.user);
  if (!user) throw notIn('SEXTANT_PERMISSIONS_USER_NOT_FOUND', `user ${args.user}`);
  const repository = await deps.repositories.byName(deps.actors.internal(), RepoName.parse(args.repository));
  if (!repository) throw notIn('SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND', `repository ${args.repository}`);
  const explanation = await new AccessExplainer({ ...deps, jobs: new SyncJobs(deps.db, deps.jobs) }).explain(user, repository);
  out.json({ user: user.username, repository: repository.name, ...explanation });
  for (const line of linesOf(explanation)) out.line(line);
  return explanation.allowed ? 0 : 1;
}

const notIn = (code: string, what: string): SextantError =>
  new SextantError(code, {
    what: `There is no ${what} here.`,
    fix: 'Check the name, and that --data-dir or --config is that of the Sextant you mean.',
  });

function* linesOf({ summary, reasons, wouldChange }: AccessExplanation): Iterable<string> {
  yield summary;
  for (const { cause, text, since } of reasons) yield `  ${cause}: ${text}${since ? ` (since ${since.toISOString()})` : ''}`;
  if (wouldChange.length > 0) yield 'What would change it:';
  for (const change of wouldChange) yield `  - ${change}`;
}
