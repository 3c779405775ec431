import { SextantError } from '@sextant/sdk';

/** A running Sextant, over its public API. */
export interface Endpoint {
  readonly url: string;
  readonly token: string | undefined;
}

/** Option, then SEXTANT_ENDPOINT, then the field's SRC_ENDPOINT, then this machine. Tokens come from the environment only: arguments are seen by everybody on the machine. */
export function endpointOf(option: string | undefined, env: Readonly<Record<string, string | undefined>> = process.env): Endpoint {
  const url =
    option ?? env.SEXTANT_ENDPOINT ?? env.SRC_ENDPOINT ?? `http://${env.SEXTANT_HOST ?? '127.0.0.1'}:${env.SEXTANT_PORT ?? '7080'}`;
  if (!URL.canParse(url))
    throw new SextantError('SEXTANT_CLI_USAGE', {
      what: `"${url}" is not the address of a Sextant.`,
      fix: 'Give one such as http://127.0.0.1:7080.',
    });
  return { url: url.replace(/\/$/, ''), token: env.SEXTANT_ACCESS_TOKEN ?? env.SRC_ACCESS_TOKEN };
}

export const headersOf = ({ token }: Endpoint): Record<string, string> => (token ? { authorization: `token ${token}` } : {});

export async function call(endpoint: Endpoint, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(`${endpoint.url}${path}`, { ...init, headers: { ...headersOf(endpoint), ...init.headers } });
  } catch (cause) {
    throw new SextantError('SEXTANT_CLI_UNREACHABLE', {
      what: `No Sextant answers at ${endpoint.url}.`,
      fix: 'Start one with `sextant serve`, or name another with --endpoint.',
      cause,
    });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the query says what comes back
export async function graphql(endpoint: Endpoint, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<any> {
  const response = await call(endpoint, '/.api/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const answer = parsed(text);
  if (!answer)
    throw new SextantError('SEXTANT_CLI_REFUSED', {
      what: `${endpoint.url} answered with status ${response.status}.`,
      why: text.slice(0, 300),
      fix: 'Check the address, and SEXTANT_ACCESS_TOKEN.',
    });
  const [error] = answer.errors ?? [];
  if (error)
    throw new SextantError(error.extensions?.code ?? 'SEXTANT_CLI_REFUSED', {
      what: error.extensions?.what ?? error.message,
      ...(error.extensions?.why ? { why: error.extensions.why } : {}),
      ...(error.extensions?.fix ? { fix: error.extensions.fix } : {}),
    });
  return answer.data;
}

// biome-ignore lint/suspicious/noExplicitAny: see graphql
function parsed(text: string): any {
  try {
    const json = JSON.parse(text) as { data?: unknown; errors?: unknown };
    return 'data' in json || 'errors' in json ? json : undefined;
  } catch {
    return undefined;
  }
}
