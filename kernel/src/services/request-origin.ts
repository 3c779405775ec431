import type { RequestOrigin } from '@sextant/sdk';

/** Characters of a header that are kept. */
const LONGEST = 300;
/** Feature flags that one request may override. */
const MOST_OVERRIDES = 20;

type Headers = Readonly<Record<string, string | undefined>>;

/** What the audit log and others are told of a request. */
/** @param target as it stands in the first line of the request. */
export function requestOrigin(headers: Headers, target: string, known: Pick<RequestOrigin, 'requestId' | 'remoteAddress'>): RequestOrigin {
  return {
    ...known,
    ...told('userAgent', headers['user-agent']),
    ...told('forwardedFor', headers['x-forwarded-for']),
    ...told('clientName', headers['x-sourcegraph-api-client-name']),
    ...told('clientVersion', headers['x-sourcegraph-api-client-version']),
    ...overridden(headers['x-sourcegraph-override-feature'], target),
  };
}

const told = <K extends string>(key: K, value: string | undefined): { readonly [k in K]?: string } =>
  value === undefined ? {} : ({ [key]: value.slice(0, LONGEST) } as { readonly [k in K]: string });

function overridden(header: string | undefined, target: string): Pick<RequestOrigin, 'featureOverrides'> {
  const query = target.includes('feat=') ? new URLSearchParams(target.slice(target.indexOf('?') + 1)).getAll('feat') : [];
  const names = [...(header?.split(',') ?? []), ...query]
    .map((name) => name.trim())
    .filter((name) => name !== '' && name.length <= LONGEST);
  return names.length === 0 ? {} : { featureOverrides: names.slice(0, MOST_OVERRIDES) };
}
