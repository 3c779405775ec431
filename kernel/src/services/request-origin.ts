import type { RequestOrigin } from '@sextant/sdk';

/** Characters of a header that are kept. */
const LONGEST = 300;

type Headers = Readonly<Record<string, string | undefined>>;

/** What the audit log and others are told of a request. */
export function requestOrigin(headers: Headers, known: Pick<RequestOrigin, 'requestId' | 'remoteAddress'>): RequestOrigin {
  return {
    ...known,
    ...told('userAgent', headers['user-agent']),
    ...told('forwardedFor', headers['x-forwarded-for']),
    ...told('clientName', headers['x-sourcegraph-api-client-name']),
    ...told('clientVersion', headers['x-sourcegraph-api-client-version']),
  };
}

const told = <K extends string>(key: K, value: string | undefined): { readonly [k in K]?: string } =>
  value === undefined ? {} : ({ [key]: value.slice(0, LONGEST) } as { readonly [k in K]: string });
