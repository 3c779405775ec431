import { type CommandDefinition, core, type PluginContext, type Resolved, type z } from '@sextant/sdk';
import { userNotFound } from '../../accounts.js';
import { accountMail, credentialRenewal, permissions, type User } from '../../api.js';
import type { config } from '../../config.js';
import { type Identity, wireIdentity } from '../../identity.js';

export const deps = {
  db: core.storage,
  events: core.events,
  clock: core.clock,
  secrets: core.secrets,
  jobs: core.jobs,
  renewals: credentialRenewal,
  permissions,
  mail: accountMail,
  process: core.process,
} as const;

/** A command on the plugin's objects: `run` gets them in place of bare services. */
export function identityCommand<A extends z.ZodObject>(command: {
  readonly name: string;
  readonly summary: string;
  readonly arguments: A;
  run(
    args: z.output<A>,
    identity: Identity,
    out: Parameters<CommandDefinition<typeof deps, typeof config, A>['run']>[2]['out'],
  ): Promise<number>;
}): CommandDefinition<typeof deps, typeof config, A> {
  return {
    ...command,
    run: (
      args,
      resolved: Resolved<typeof deps>,
      { out, plugin }: { out: Parameters<typeof command.run>[2]; plugin: PluginContext<typeof config> },
    ) => command.run(args, wireIdentity(resolved, plugin), out),
  };
}

/** @throws SEXTANT_USER_NOT_FOUND. */
export async function userByName(identity: Identity, username: string): Promise<User> {
  const user = await identity.users.byUsername(username);
  if (!user) throw userNotFound();
  return user;
}
