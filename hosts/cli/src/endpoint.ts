import { LOCAL_SECRET_HEADER } from '@sextant/kernel';
import { SextantError, z } from '@sextant/sdk';
import { localSecretFor } from './local-secret-for.js';

/** A running Sextant, over its public API. */
export interface Endpoint {
  readonly url: string;
  readonly token: string | undefined;
  /** Of the Sextant that this account has started, where there is no token. */
  readonly localSecret?: string | undefined;
}

/**
 * Option, then SEXTANT_ENDPOINT, then the field's SRC_ENDPOINT, then this machine. Tokens come from the environment only: arguments are seen by everybody on the
 * machine. Without one, the secret that a Sextant of this machine has left in its data folder: that of SEXTANT_DATA_DIR, or the default.
 */
export function endpointOf(option: string | undefined, env: Readonly<Record<string, string | undefined>> = process.env): Endpoint {
  const url =
    option ?? env.SEXTANT_ENDPOINT ?? env.SRC_ENDPOINT ?? `http://${env.SEXTANT_HOST ?? '127.0.0.1'}:${env.SEXTANT_PORT ?? '7080'}`;
  if (!URL.canParse(url))
    throw new SextantError('SEXTANT_CLI_USAGE', {
      what: `"${url}" is not the address of a Sextant.`,
      fix: 'Give one such as http://127.0.0.1:7080.',
    });
  const token = env.SEXTANT_ACCESS_TOKEN ?? env.SRC_ACCESS_TOKEN;
  const endpoint = { url: url.replace(/\/$/, ''), token };
  return token ? endpoint : { ...endpoint, ...localSecretFor(endpoint.url, env) };
}

export const headersOf = ({ token, localSecret }: Endpoint): Record<string, string> => ({
  ...(token ? { authorization: `token ${token}` } : {}),
  ...(localSecret === undefined ? {} : { [LOCAL_SECRET_HEADER]: localSecret }),
});

export async function call(endpoint: Endpoint, path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(`${endpoint.url}${path}`, { ...init, headers: { ...headersOf(endpoint), ...init.headers } });
  } catch (cause) {
    throw new SextantError('SEXTANT_CLI_UNREACHABLE', {
      what: `No Sextant answers at ${endpoint.url}.`,
      fix: 'Start one with `sextant serve`, or name another with --endpoint or SEXTANT_ENDPOINT.',
      cause,
    });
  }
}

const text = z.string().nullish();
/** What every GraphQL answer is; `data` is read by who asked. */
const Answer = z
  .object({
    data: z.unknown().optional(),
    errors: z
      .array(
        z.object({
          message: z.string(),
          extensions: z.object({ code: text, what: text, why: text, fix: text }).nullish(),
        }),
      )
      .optional(),
  })
  .refine((answer) => answer.data !== undefined || answer.errors !== undefined);

/** What a request is answered that does not come as far as GraphQL. */
const Refusal = z.object({ error: z.object({ code: z.string(), what: z.string(), why: text, fix: text }) });

/**
 * @param data reads what the query selects.
 * @throws SEXTANT_CLI_UNREACHABLE; SEXTANT_CLI_REFUSED for what is no answer to this query; else the first error of the answer.
 */
export async function graphql<S extends z.ZodType>(
  endpoint: Endpoint,
  query: string,
  data: S,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<z.output<S>> {
  const response = await call(endpoint, '/.api/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const body = await response.text();
  const answered = parsed(body);
  const refusal = Refusal.safeParse(answered);
  if (refusal.success) {
    const { code, what, why, fix } = refusal.data.error;
    throw new SextantError(code, { what, ...(why ? { why } : {}), ...(fix ? { fix } : {}) });
  }
  const answer = Answer.safeParse(answered);
  if (!answer.success)
    throw new SextantError('SEXTANT_CLI_REFUSED', {
      what: `${endpoint.url} answered with status ${response.status}.`,
      why: body.slice(0, 300),
      fix: 'Check the address, and SEXTANT_ACCESS_TOKEN.',
    });
  const [error] = answer.data.errors ?? [];
  if (error) {
    const { code, what, why, fix } = error.extensions ?? {};
    throw new SextantError(code ?? 'SEXTANT_CLI_REFUSED', {
      what: what ?? error.message,
      ...(why ? { why } : {}),
      ...(fix ? { fix } : {}),
    });
  }
  const selected = data.safeParse(answer.data.data);
  if (!selected.success)
    throw new SextantError('SEXTANT_CLI_REFUSED', {
      what: `${endpoint.url} did not answer what was asked.`,
      why: z.prettifyError(selected.error),
      fix: 'Use the same version here and there.',
    });
  return selected.data;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
