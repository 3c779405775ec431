import { ANONYMOUS, type Gate } from '../core/actor.js';
import type { Contribution } from '../tokens/deps.js';
import type { RouteRequest } from './router.js';

/**
 * Asks the gates (`core.gates`) whether a request may come in that a route with `auth: 'own'` has, for which nobody else asks them. Who sends it is not known to them.
 * @throws what the gate that refuses it throws.
 */
export async function askGates(
  gates: readonly Contribution<Gate>[],
  { headers, remoteAddress, clientAddress }: Pick<RouteRequest, 'headers' | 'remoteAddress' | 'clientAddress'>,
): Promise<void> {
  for (const { value } of gates) await value.admit({ headers, remoteAddress, clientAddress, localMode: false }, ANONYMOUS);
}
