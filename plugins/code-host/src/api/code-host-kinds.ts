import { extensionPoint, type Secret, type z } from '@sextant/sdk';
import type { HostPermissions } from './permissions.js';
import type { HostWebhooks } from './webhooks.js';

/** One repository as a host lists it. */
export interface FoundRepository {
  readonly externalId: string;
  readonly name: string;
  /** As the host names it, such as `owner/name`, where that is not the name. */
  readonly nameAtHost?: string;
  /** Bytes at the host. */
  readonly size?: number;
  readonly description?: string;
  readonly fork?: boolean;
  readonly archived?: boolean;
  readonly private?: boolean;
  readonly stars?: number;
  readonly topics?: readonly string[];
  readonly webUrl?: string;
  /** What git clones from, without credentials. */
  readonly cloneUrl: string;
}

export interface Connection<C = unknown> {
  readonly id: number;
  readonly kind: string;
  readonly displayName: string;
  /** The validated configuration; secrets are {@link Secret}. */
  readonly config: C;
  /** What an admin allows, beside what the host does. */
  readonly requestsPerHour?: number | undefined;
}

/** What git needs to reach a repository. Credentials travel by a helper, never by URL, argv or a file. */
export interface CloneSource {
  readonly url: string;
  readonly credentials?: { readonly username: string; readonly password: Secret };
  /** Only `code-host-local` may set it, and only inside its configured roots. */
  readonly localFolder?: boolean;
  /** A private key in OpenSSH form, for ssh URLs. */
  readonly sshKey?: Secret;
  /**
   * For what is no repository at its host, such as the versions of a package: git fetches nothing from the URL, but has the mirror made by whoever
   * contributes a maker of this name to `git.mirror-makers@1`, out of `input`, which is a text of its own.
   */
  readonly maker?: { readonly name: string; readonly input: string };
  /** Who wrote the URL's host, as `core.http` asks. A kind need not say: `admin` stands where the connection's configuration names that host. */
  readonly from?: 'person' | 'admin';
}

export interface ListOptions {
  readonly signal: AbortSignal;
  progress(text: string): void;
  /** A list that can tell when it will be complete hands over how to ask it; it answers undefined while it does not know. */
  expected?(completion: () => Promise<Date | undefined>): void;
}

/** A code host of one kind. */
// biome-ignore lint/suspicious/noExplicitAny: the kind's own schema types its connections
export interface CodeHostKind<S extends z.ZodObject = any> {
  /** Capital letters and digits, such as `GITHUB`: what people write, and GraphQL's ExternalServiceKind. */
  readonly kind: string;
  readonly title: string;
  /** The connection's configuration; keys with meta `secret` are redacted and kept on edit. */
  readonly config: S;
  serviceType(): string;
  serviceId(connection: Connection<z.output<S>>): string;
  /** Lists everything the connection gives, page by page, in bounded memory. A throw means "do not know", and deletes nothing. */
  list(connection: Connection<z.output<S>>, options: ListOptions): AsyncIterable<FoundRepository>;
  /**
   * One repository that a whole list has no more, asked for by itself before it is deleted: hosts page by position, and what changes meanwhile can move
   * others over the edge of a page. Undefined: the host does not have it, or the connection does not choose it. A throw means "do not know".
   */
  find?(
    connection: Connection<z.output<S>>,
    repository: { readonly name: string; readonly externalId: string; readonly cloneUrl: string },
    options: { readonly signal: AbortSignal },
  ): Promise<FoundRepository | undefined>;
  cloneSource(
    connection: Connection<z.output<S>>,
    repository: { readonly name: string; readonly externalId: string; readonly cloneUrl: string },
  ): Promise<CloneSource>;
  /** Tries the connection and names what is wrong: an unreachable address, a missing scope. A SextantError that it throws is told as well. */
  check(
    connection: Connection<z.output<S>>,
    signal: AbortSignal,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: string; readonly fix: string }>;
  /** How the host tells of what happens there; absent for hosts that do not. */
  readonly webhooks?: HostWebhooks;
  /** Who may read what; absent for hosts that do not say. */
  readonly permissions?: HostPermissions<Connection<z.output<S>>>;
  /**
   * Watches for changes where the host is this machine; calls back with the external ids that changed, or with none for "list again".
   * `stamps` tell by external id what the refs look like, in at most 100 characters: what looks as it did when it was told before, be it before
   * a restart, is not fetched for it.
   */
  watch?(
    connection: Connection<z.output<S>>,
    changed: (externalIds: readonly string[], stamps?: ReadonlyMap<string, string>) => void,
  ): AsyncDisposable;
}
export const codeHostKinds = extensionPoint<CodeHostKind>('code-host.kinds@1');
