import type { BlockList } from 'node:net';
import { type Actor, type Credentials, type Gate, SextantError } from '@sextant/sdk';
import type { AuthConfiguration } from './configuration/auth-schema.js';
import type { LiveAuthSettings } from './configuration/auth-settings.js';
import { contains, listOf } from './network.js';

type Rule = AuthConfiguration['auth.allowedIpAddress'];

interface Lists {
  readonly user: BlockList | undefined;
  readonly client: BlockList | undefined;
  readonly trusted: BlockList | undefined;
}

/** Lets in who comes from an address of `auth.allowedIpAddress`, whoever it is. */
export class IpGate implements Gate {
  readonly name = 'ip-address';
  readonly #lists = new WeakMap<Rule, Lists>();

  constructor(
    private readonly settings: LiveAuthSettings,
    private readonly enforced: () => boolean,
  ) {}

  async admit({ remoteAddress, clientAddress = remoteAddress, localMode }: Credentials, _actor: Actor): Promise<void> {
    // Only this machine can come in.
    if (localMode || !this.enforced()) return;
    const rule = (await this.settings.current()).configuration['auth.allowedIpAddress'];
    if (!rule.enabled) return;
    const { user, client, trusted } = this.#listsOf(rule);
    if (trusted && contains(trusted, clientAddress)) return;
    if ((!client || contains(client, clientAddress)) && (!user || contains(user, remoteAddress))) return;
    throw refused(rule, remoteAddress);
  }

  #listsOf(rule: Rule): Lists {
    let lists = this.#lists.get(rule);
    if (!lists) {
      lists = { user: listOf(rule.userIpAddress), client: listOf(rule.clientIpAddress), trusted: listOf(rule.trustedClientIpAddress) };
      this.#lists.set(rule, lists);
    }
    return lists;
  }
}

function refused({ errorMessageTemplate }: Rule, address: string): SextantError {
  const words = 'Requests from your address are not let in here.';
  return new SextantError('SEXTANT_SIGN_IN_ADDRESS', {
    what: errorMessageTemplate?.replaceAll('{{.Error}}', words).replaceAll('{{.UserIP}}', address) ?? words,
    why: `You come from ${address}.`,
    fix: 'Come from a network that the site allows, or ask a site admin.',
  });
}
