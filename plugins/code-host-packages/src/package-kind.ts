import {
  type CodeHostKind,
  type Connection,
  type FoundRepository,
  type HostClient,
  type HostClients,
  type HostRequest,
  isAbsent,
  listedBySources,
  type RepositorySource,
} from '@sextant/plugin-code-host/api';
import { type Secret, SextantError, type z } from '@sextant/sdk';
import type { Dependency, MakerInput } from './package-versions.js';
import { MAKER } from './packages-maker.js';
import { authorization } from './registry-authorization.js';

/** What every connection to a registry holds. */
export interface RegistryConfig {
  /** Address of the registry, with a slash at its end. */
  readonly registry: string;
  readonly dependencies: readonly Dependency[];
  readonly versions: number | 'all';
  readonly username?: string | undefined;
  readonly credentials?: Secret | undefined;
}

/** What is particular to packages of one language: a registry's protocol. `P`: what the registry says of a package. */
export interface Dialect<S extends z.ZodObject, P extends { readonly name: string }> {
  /** `NPMPACKAGES`. */
  readonly kind: string;
  readonly title: string;
  readonly serviceType: string;
  /** First segment of the names of repositories. */
  readonly prefix: string;
  readonly config: S;
  /** Where a package is, below the registry. */
  readonly path: (name: string) => string;
  /** A package by itself; undefined where the registry has taken it back. A status 404 or 410 says that it does not have it. */
  readonly one: (client: HostClient, name: string, request: HostRequest) => Promise<P | undefined>;
  /** As a repository is named, without the prefix. */
  readonly nameHere: (name: string) => string;
  readonly describe?: (found: P) => Partial<FoundRepository>;
  /** What the mirror is to hold. */
  readonly input: (
    client: HostClient,
    of: {
      readonly name: string;
      readonly registry: string;
      readonly dependencies: readonly Dependency[];
      readonly versions: number | 'all';
      readonly signal: AbortSignal;
      readonly config: z.output<S>;
    },
  ) => Promise<MakerInput>;
}

/** Milliseconds in which a registry must have told what the mirror is to hold. */
const PATIENCE = 120_000;
/** Requests an hour to a registry, where nobody says otherwise. */
const REQUESTS = 6_000;

/** A registry of packages as a code host: each package is a repository, each version a tag. */
export function packageKind<S extends z.ZodObject, P extends { readonly name: string }>(
  clients: HostClients,
  dialect: Dialect<S, P>,
): CodeHostKind<S> {
  const clientOf = ({ config, requestsPerHour = REQUESTS }: Connection<z.output<S>>): HostClient => {
    const { registry, username, credentials } = asRegistry(config);
    return clients.client({
      url: registry,
      title: dialect.title,
      ...(credentials === undefined
        ? {}
        : { credential: { secret: credentials, header: { name: 'authorization', value: authorization(username, credentials) } } }),
      limits: { requestsPerHour },
    });
  };
  return {
    kind: dialect.kind,
    title: dialect.title,
    config: dialect.config,
    serviceType: () => dialect.serviceType,
    serviceId: ({ config }) => asRegistry(config).registry,
    ...listedBySources<S, P>({
      client: clientOf,
      sources: (config) =>
        [...new Set(asRegistry(config).dependencies.map(({ name }) => name))].map((name) => packageSource(dialect, name)),
      found: (config, found) => ({
        externalId: found.name,
        name: `${dialect.prefix}/${dialect.nameHere(found.name)}`,
        nameAtHost: found.name,
        cloneUrl: `${asRegistry(config).registry}${dialect.path(found.name)}`,
        ...dialect.describe?.(found),
      }),
      one: (client, { externalId }, { signal }) => thereIs(dialect, client, externalId, { signal }),
      chooses: (config, { name }) => asRegistry(config).dependencies.some((dependency) => dependency.name === name),
    }),

    async cloneSource(connection, { externalId, cloneUrl }) {
      const { registry, username, credentials, dependencies, versions } = asRegistry(connection.config);
      if (!cloneUrl.startsWith(registry)) return { url: cloneUrl };
      const input = await dialect.input(clientOf(connection), {
        name: externalId,
        registry,
        dependencies: dependencies.filter(({ name }) => name === externalId),
        versions,
        signal: AbortSignal.timeout(PATIENCE),
        config: connection.config,
      });
      return {
        url: cloneUrl,
        maker: { name: MAKER, input: JSON.stringify(input) },
        ...(credentials === undefined ? {} : { credentials: { username: username ?? '', password: credentials } }),
      };
    },
  };
}

/** A registry has no list: each package is asked for by itself, and one that it does not have is gone. */
function packageSource<P extends { readonly name: string }>(
  dialect: Pick<Dialect<z.ZodObject, P>, 'one' | 'title'>,
  name: string,
): RepositorySource<P> {
  return {
    title: name,
    async *list(client, signal) {
      const found = await thereIs(dialect, client, name, { signal });
      if (found) yield [found];
    },
    async probe(client, signal) {
      if (!(await thereIs(dialect, client, name, { signal, priority: 'interactive' }))) throw noPackage(dialect.title, name);
    },
  };
}

/** @returns undefined for what the registry says that it does not have, or has no more. @throws where it cannot say */
async function thereIs<P extends { readonly name: string }>(
  { one }: Pick<Dialect<z.ZodObject, P>, 'one'>,
  client: HostClient,
  name: string,
  request: HostRequest,
): Promise<P | undefined> {
  try {
    return await one(client, name, request);
  } catch (error) {
    if (isAbsent(error) || isGone(error)) return undefined;
    throw error;
  }
}

/** Of a host any proxy in between might say it; a registry says it of packages that were taken back. */
const isGone = (error: unknown): boolean => SextantError.is(error) && error.details['status'] === 410;

const noPackage = (title: string, name: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_ABSENT', {
    what: `The ${title} has no package "${name}", or does not show it to this credential.`,
    why: 'Its status was 404.',
    fix: 'Check the name in the connection, and what its credential may see.',
    details: { status: 404 },
  });

/** The schemas of dialects put these out, which their types do not say of any schema. */
const asRegistry = (config: unknown): RegistryConfig => config as RegistryConfig;
