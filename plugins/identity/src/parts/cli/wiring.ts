import type { CommandDefinition, PluginContext, Resolved, z } from '@sextant/sdk';
import { userNotFound } from '../../accounts/accounts.js';
import type { User } from '../../api.js';
import type { config } from '../../config.js';
import type { Identity } from '../../identity.js';
import { type deps, identityOf } from '../../wiring.js';

/** A command on the plugin's objects: `run` gets them in place of bare services. */
export function identityCommand<A extends z.ZodObject>(command: {
  readonly name: string;
  readonly summary: string;
  readonly arguments: A;
  run(
    args: z.output<A>,
    identity: Identity,
    out: Parameters<CommandDefinition<typeof deps, typeof config, A>['run']>[2]['out'],
    signal: AbortSignal,
  ): Promise<number>;
}): CommandDefinition<typeof deps, typeof config, A> {
  return {
    ...command,
    run: (
      args,
      resolved: Resolved<typeof deps>,
      { out, plugin, signal }: { out: Parameters<typeof command.run>[2]; plugin: PluginContext<typeof config>; signal: AbortSignal },
    ) => command.run(args, identityOf(resolved, plugin), out, signal),
  };
}

/** @throws SEXTANT_USER_NOT_FOUND. */
export async function userByName(identity: Identity, username: string): Promise<User> {
  const user = await identity.users.byUsername(username);
  if (!user) throw userNotFound();
  return user;
}
