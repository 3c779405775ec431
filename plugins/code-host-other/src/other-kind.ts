import type { CodeHostKind, FoundRepository } from '@sextant/plugin-code-host/api';
import { type OutboundHttp, SextantError } from '@sextant/sdk';
import type { Address, Credentials } from './address.js';
import { isServed, type OtherConfig, otherConfig } from './other-config.js';
import { baseOf, repositoryName } from './repository-naming.js';
import { authorization, servedRepositories } from './served-list.js';

/** Any server that git can clone from: repositories are listed by hand, or by the server. */
export function otherKind(http: Pick<OutboundHttp, 'fetch'>): CodeHostKind<typeof otherConfig> {
  return {
    kind: 'OTHER',
    title: 'Any git URL',
    config: otherConfig,
    serviceType: () => 'other',
    serviceId: ({ config }) => config.url?.url ?? '',

    async *list({ config }, { signal }) {
      yield* isServed(config) ? await served(http, config, signal) : listed(config);
    },

    async cloneSource({ config }, { cloneUrl }) {
      const credentials = credentialsFor(config, cloneUrl);
      return { url: cloneUrl, ...(credentials ? { credentials } : {}) };
    },

    async check({ config }, signal) {
      if (isServed(config)) {
        await served(http, config, signal);
        return { ok: true };
      }
      const first = listed(config).find((found) => /^https?:/.test(found.cloneUrl));
      return first ? probe(http, first.cloneUrl, credentialsFor(config, first.cloneUrl), signal) : { ok: true };
    },
  };
}

function listed(config: OtherConfig): readonly FoundRepository[] {
  return config.repos.map((entry) => {
    const base = config.url?.url;
    if ('relative' in entry) {
      const below = requireUrl(config).url.replace(/\/*$/, '/');
      const cloneUrl = new URL(entry.relative.split('/').map(encodeURIComponent).join('/'), below).href;
      return found(cloneUrl, repositoryName(config, baseOf(below), entry.relative));
    }
    const { url } = entry.absolute;
    const prefix = base === undefined ? undefined : `${baseOf(base)}/`;
    const whole = baseOf(url);
    if (prefix !== undefined && whole.startsWith(prefix))
      return found(url, repositoryName(config, prefix.slice(0, -1), whole.slice(prefix.length)));
    const slash = whole.indexOf('/');
    return found(url, slash < 0 ? whole : repositoryName(config, whole.slice(0, slash), whole.slice(slash + 1)));
  });
}

async function served(http: Pick<OutboundHttp, 'fetch'>, config: OtherConfig, signal: AbortSignal): Promise<readonly FoundRepository[]> {
  const address = requireUrl(config);
  const base = baseOf(new URL('/', address.url).href);
  // As in the field: such a server names its repositories itself.
  return (await servedRepositories(http, address, signal)).map(({ name, cloneUrl }) =>
    found(cloneUrl, repositoryName(config, base, name, '{repo}')),
  );
}

const found = (cloneUrl: string, name: string): FoundRepository => ({
  externalId: cloneUrl,
  name,
  cloneUrl,
  ...(/^https?:/.test(cloneUrl) ? { webUrl: cloneUrl.replace(/\.git\/?$/, '') } : {}),
});

function requireUrl(config: OtherConfig): Address {
  if (config.url) return config.url;
  throw new SextantError('SEXTANT_CODE_HOST_OTHER_CONFIG', {
    what: 'The connection has relative repositories and no "url" that they are below.',
    fix: 'Set "url", or write whole URLs.',
  });
}

/** Those written into the repository's own URL, else the base's when the repository is on the base's server. */
function credentialsFor(config: OtherConfig, cloneUrl: string): Credentials | undefined {
  for (const entry of config.repos)
    if ('absolute' in entry && entry.absolute.url === cloneUrl && entry.absolute.credentials) return entry.absolute.credentials;
  return config.url && new URL(config.url.url).origin === new URL(cloneUrl).origin ? config.url.credentials : undefined;
}

/** Asks as git does at the beginning of a clone. */
async function probe(
  http: Pick<OutboundHttp, 'fetch'>,
  cloneUrl: string,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): ReturnType<CodeHostKind['check']> {
  const response = await http.fetch(`${cloneUrl.replace(/\/+$/, '')}/info/refs?service=git-upload-pack`, {
    signal,
    from: 'admin',
    headers: authorization(credentials),
  });
  await response.body?.cancel();
  if (response.status === 401 || response.status === 403) {
    return {
      ok: false,
      problem: `The server refused ${credentials ? 'the credentials' : 'to answer without credentials'} (status ${response.status}).`,
      fix: 'Put a user and a token that may read the repositories into the URL.',
    };
  }
  if (response.status === 404)
    return {
      ok: false,
      problem: 'The first repository is not there (status 404).',
      fix: 'Check its path; some servers answer so when credentials are missing.',
    };
  const isGit = response.headers.get('content-type')?.startsWith('application/x-git-upload-pack-advertisement') === true;
  if (response.status === 200 && isGit) return { ok: true };
  return { ok: false, problem: `The server does not speak git at this address (status ${response.status}).`, fix: 'Check the URL.' };
}
