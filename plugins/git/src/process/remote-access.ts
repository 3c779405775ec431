import { startSshAgent } from '@sextant/plugin-code-host/api';
import type { Programs } from '@sextant/sdk';
import type { CredentialHelpers } from './credential-helpers.js';
import { credentialLines } from './credential-helpers.js';
import type { RunOptions } from './git-runner.js';
import type { PinnedHost } from './pinned-host.js';

/** What a call that speaks to another machine is run with. */
export interface RemoteAccess {
  readonly protocols: readonly string[];
  /** A folder on this machine, which may belong to another user than ours. */
  readonly localFolder: boolean;
  readonly origin: { readonly scheme: string; readonly host: string } | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sshKey?: string;
  /** Where the host is; none for a folder. */
  readonly pin: PinnedHost | undefined;
}

/** Runs `work` with the access in place; the agent, if any, ends with it. */
export async function withRemoteAccess<R>(
  { helpers, programs }: { readonly helpers: CredentialHelpers; readonly programs: Programs },
  access: RemoteAccess,
  work: (run: Pick<RunOptions, 'environment' | 'secrets' | 'channel'>) => Promise<R>,
): Promise<R> {
  await using agent = access.sshKey === undefined ? undefined : await startSshAgent(programs, access.sshKey);
  const socket = agent?.socket ?? process.env['SSH_AUTH_SOCK'];
  const extra: Record<string, string> = {};
  if (access.protocols.includes('ssh')) {
    Object.assign(extra, {
      GIT_SSH: helpers.ssh,
      GIT_SSH_VARIANT: 'ssh',
      SEXTANT_GIT_KNOWN_HOSTS: helpers.knownHosts,
      ...access.pin?.environment,
      ...(socket ? { SSH_AUTH_SOCK: socket } : {}),
    });
  }
  if (access.localFolder) extra['GIT_CONFIG_GLOBAL'] = helpers.anyOwner;
  const { origin, username, password } = access;
  const credential =
    origin && (username !== undefined || password !== undefined) ? { username: username ?? 'git', password: password ?? '' } : undefined;
  if (origin && credential) Object.assign(extra, { SEXTANT_GIT_SCHEME: origin.scheme, SEXTANT_GIT_HOST: origin.host });
  // Awaited here: the agent ends where this function does.
  return await work({
    environment: {
      protocols: access.protocols,
      extra,
      ...(access.pin ? { settings: access.pin.settings } : {}),
      ...(credential ? { credentialHelper: helpers.credentials } : {}),
    },
    secrets: [password, access.sshKey, isToken(credential) ? username : undefined].filter(
      (secret): secret is string => secret !== undefined && secret !== '',
    ),
    ...(credential ? { channel: credentialLines(credential.username, credential.password) } : {}),
  });
}

/** Hosts take a token as the user name, with a password that is empty or says so. A short one is a name, perhaps "git". */
const isToken = (credential: { readonly username: string; readonly password: string } | undefined): boolean =>
  credential !== undefined && credential.username.length >= 16 && (credential.password === '' || credential.password === 'x-oauth-basic');
