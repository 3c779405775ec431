import {
  type CodeHostKind,
  type Connection,
  type FoundRepository,
  type HostClient,
  type HostClients,
  listedBySources,
  singleSource,
} from '@sextant/plugin-code-host/api';
import type { Secret, z } from '@sextant/sdk';
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
  /** A package by itself, where the registry is asked whether it is there: its path below the registry, and the answer's shape. */
  readonly one: (name: string) => { readonly path: string; readonly shape: z.ZodType<P> };
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
        [...new Set(asRegistry(config).dependencies.map(({ name }) => name))].map((name) => {
          const { path, shape } = dialect.one(name);
          return singleSource(name, path, shape);
        }),
      found: (config, found) => ({
        externalId: found.name,
        name: `${dialect.prefix}/${dialect.nameHere(found.name)}`,
        nameAtHost: found.name,
        cloneUrl: `${asRegistry(config).registry}${dialect.path(found.name)}`,
        ...dialect.describe?.(found),
      }),
      one: (client, { externalId }, { signal }) => {
        const { path, shape } = dialect.one(externalId);
        return client.get(path, shape, { signal });
      },
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
      });
      return {
        url: cloneUrl,
        maker: { name: MAKER, input: JSON.stringify(input) },
        ...(credentials === undefined ? {} : { credentials: { username: username ?? '', password: credentials } }),
      };
    },
  };
}

/** The schemas of dialects put these out, which their types do not say of any schema. */
const asRegistry = (config: unknown): RegistryConfig => config as RegistryConfig;
