import { defineEvent, z } from '@sextant/sdk';

/** What a delivery tells. Repositories are named by the host's id, never by a URL: what is called is what is configured. */
export type HostEvent =
  | { readonly type: 'push'; readonly repository: string }
  /** Created, renamed, transferred, archived, deleted, made public or private: the host is listed again. Without a repository: many at once, such as a whole project. */
  | { readonly type: 'repository'; readonly repository?: string }
  | { readonly type: 'pull-request'; readonly repository: string; readonly number: number }
  /** Who may see it changed: of one repository, of whatever these accounts may see, or of what these groups give and whom they hold. */
  | {
      readonly type: 'membership';
      readonly repository?: string;
      readonly accounts?: readonly string[];
      /** By the ids of `HostGroup`. */
      readonly groups?: readonly string[];
    };

/**
 * How a host proves that a delivery is its own. `hmac-sha256`: the header is the code of the raw body under the secret, in hexadecimal, after `prefix`.
 * `secret`: the header is the secret. `basic`: the header is `Basic` with a user of whatever name, whose password is the secret.
 * `parameter`: that of the address's query is the secret, for hosts that have no other place for one; whoever logs addresses on the way has it then.
 */
export type WebhookProof =
  | { readonly scheme: 'hmac-sha256'; readonly header: string; readonly prefix?: string }
  | { readonly scheme: 'secret' | 'basic'; readonly header: string }
  | { readonly scheme: 'parameter'; readonly name: string };

/** How a kind of code host tells of what happens. Names of headers in lower case. */
export interface HostWebhooks {
  readonly proof: WebhookProof;
  /** Header that numbers deliveries: one that comes twice is taken once. Without one, the body's digest does. */
  readonly deliveryHeader?: string;
  /** Header that names the event. */
  readonly eventHeader?: string;
  /** For hosts without such a header: the field at the top of the body that names the event. */
  readonly eventField?: string;
  /** What a proven delivery tells; nothing for an event that does not concern us. A throw says that the body is not what the event has. */
  events(delivery: { readonly event: string; readonly body: unknown }): readonly HostEvent[];
}

/** A pull request of a repository changed at its host. */
export const pullRequestChanged = defineEvent(
  'code-host.pull-request-changed@1',
  z.object({ repositoryId: z.number(), number: z.number() }),
);

/** Who may see what has changed at a host: for repositories by our ids, for accounts and groups by the host's. */
export const permissionsOutdated = defineEvent(
  'code-host.permissions-outdated@1',
  z.object({
    serviceType: z.string(),
    serviceId: z.string(),
    repositoryIds: z.array(z.number()).max(200),
    accounts: z.array(z.string()).max(100),
    groups: z.array(z.string()).max(100).optional(),
  }),
);
