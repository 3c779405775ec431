import { encodeNodeId, pageOf, pageRequest } from '@sextant/sdk';
import type { OutboundLog, OutboundRecord } from '../outbound/outbound-log.js';

const PAGE = { max: 1_000, default: 50 };
const LIST = 'outbound-requests';

/** A page of the log of requests, as GraphQL's OutboundRequestConnection. */
export async function outboundRequests(
  log: OutboundLog | undefined,
  args: { readonly first?: number | null; readonly after?: string | null },
): Promise<object> {
  const { limit, after } = pageRequest(LIST, args, PAGE);
  const records = (await log?.list({ limit: limit + 1, ...(after === undefined ? {} : { before: after }) })) ?? [];
  return { ...pageOf(LIST, records, limit, ({ id }) => id), totalCount: () => log?.count() ?? 0 };
}

const headers = (values: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(values).map(([name, value]) => ({ name, values: [value] }));

export const outboundRequestFields = {
  id: (record: unknown) => encodeNodeId('OutboundRequest', (record as OutboundRecord).id),
  requestHeaders: (record: unknown) => headers((record as OutboundRecord).requestHeaders),
  requestBody: () => '',
  responseHeaders: (record: unknown) => headers((record as OutboundRecord).responseHeaders),
  durationMs: (record: unknown) => (record as OutboundRecord).duration,
  errorMessage: (record: unknown) => (record as OutboundRecord).error,
  creationStackFrame: (record: unknown) => (record as OutboundRecord).plugin,
  callStack: (record: unknown) => (record as OutboundRecord).plugin,
};
