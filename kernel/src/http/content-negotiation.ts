import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import accepts from 'accepts';

type Headers = Pick<IncomingHttpHeaders, 'accept' | 'accept-encoding'>;

// `accepts` reads the headers of a request and nothing else of it. An empty header says as little as none.
const negotiate = ({ accept, 'accept-encoding': encoding }: Headers): accepts.Accepts =>
  accepts({
    headers: { ...(accept ? { accept } : {}), 'accept-encoding': encoding ?? 'identity' },
  } as IncomingMessage);

/** True when the client prefers gzip to an answer without a coding. */
export const prefersGzip = (headers: Headers): boolean => negotiate(headers).encoding(['gzip', 'identity']) === 'gzip';

/** The media types and ranges that the client named and did not refuse by `q=0`, the preferred one first, in lower case; `any type` where it named none. */
export const namedMediaTypes = (headers: Headers): readonly string[] =>
  (negotiate(headers).types() as string[]).map((type) => type.toLowerCase());

/** Those of `offered` that the client accepts, the preferred one first; of equal ones in the order given. A charset that it names may be UTF-8. */
export function acceptedMediaTypes(headers: Headers, offered: readonly string[]): readonly string[] {
  const accepted: string[] = [];
  for (;;) {
    const left = offered.filter((type) => !accepted.includes(type)).flatMap((type) => [type, `${type}; charset=utf-8`]);
    const best = left.length === 0 ? false : negotiate(headers).type(left);
    if (typeof best !== 'string') return accepted;
    accepted.push(best.split(';', 1)[0] as string);
  }
}
