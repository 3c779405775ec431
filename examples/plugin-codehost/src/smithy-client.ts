import { type OutboundHttp, SextantError, z } from '@sextant/sdk';
import type { SmithyConfig } from './smithy-config.js';

const page = z.object({
  repositories: z.array(
    z.object({ id: z.number(), name: z.string(), description: z.string().default(''), private: z.boolean(), clone: z.url() }),
  ),
  /** Number of the next page; null on the last. */
  next: z.number().nullable(),
});
export type SmithyPage = z.output<typeof page>;

/** Reads one page of the server's list. @throws SEXTANT_SMITHY_REFUSED, SEXTANT_SMITHY_ANSWER, SEXTANT_OUTBOUND_FAILED */
export async function readPage(http: OutboundHttp, { url, token }: SmithyConfig, number: number, signal: AbortSignal): Promise<SmithyPage> {
  const address = new URL(`/api/repositories?page=${number}`, url);
  const response = await http.fetch(address.href, { signal, from: 'admin', headers: { authorization: `Bearer ${token.reveal()}` } });
  if (response.status === 401 || response.status === 403) {
    await response.body?.cancel();
    throw new SextantError('SEXTANT_SMITHY_REFUSED', {
      what: `${address.host} refused the token of the connection.`,
      why: `It answered with status ${response.status}.`,
      fix: 'Make a new token on the server that may read repositories, and put it into the connection.',
    });
  }
  const answer = page.safeParse(response.ok ? await response.json().catch(() => undefined) : undefined);
  if (answer.success) return answer.data;
  throw new SextantError('SEXTANT_SMITHY_ANSWER', {
    what: `${address.host} did not answer with a list of repositories.`,
    why: `Its status was ${response.status}.`,
    fix: 'Check that the URL of the connection is the address of a Smithy server.',
  });
}
