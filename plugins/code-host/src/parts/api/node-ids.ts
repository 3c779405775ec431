import { decodeNodeId, SextantError } from '@sextant/sdk';
import { isInt32 } from '../../repositories/repository-store.js';

/** The int32 behind a GraphQL id of the kind; undefined when it is of another kind or none at all. */
export function numberOf(kind: string, nodeId: string): number | undefined {
  const id = Number(decodeNodeId(kind, nodeId) ?? Number.NaN);
  return isInt32(id) ? id : undefined;
}

export function connectionIdOf(nodeId: string): number {
  const id = numberOf('ExternalService', nodeId);
  if (id === undefined)
    throw new SextantError('SEXTANT_CODE_HOST_CONNECTION_NOT_FOUND', {
      what: 'There is no such connection.',
      fix: 'List the connections, and use the id of one.',
    });
  return id;
}
