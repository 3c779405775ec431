import type { SpanOptions } from '../observability/tracing.js';

/** The span of one call between processes, on either side of it. `address` as the configuration has it. */
export const callSpan = (
  kind: 'client' | 'server',
  service: string,
  method: string,
  address?: string,
): { readonly name: string; readonly options: SpanOptions } => ({
  name: `${service}/${method}`,
  options: { kind, attributes: { 'rpc.system': 'sextant', 'rpc.service': service, 'rpc.method': method, 'server.address': address } },
});
