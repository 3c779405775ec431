import { decodeNodeId, SextantError } from '@sextant/sdk';
import { isInt32 } from '../../repositories/repository-store.js';

/** An int32 id as we write it: `12`, and not ` 12`, `012` or `1.2e1`. */
export function int32Of(text: string | undefined): number | undefined {
  const id = text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  return isInt32(id) ? id : undefined;
}

/** The int32 behind a GraphQL id of the kind; undefined when it is of another kind or none at all. */
export const numberOf = (kind: string, nodeId: string): number | undefined => int32Of(decodeNodeId(kind, nodeId));

export function connectionIdOf(nodeId: string): number {
  const id = numberOf('ExternalService', nodeId);
  if (id === undefined)
    throw new SextantError('SEXTANT_CODE_HOST_CONNECTION_NOT_FOUND', {
      what: 'There is no such connection.',
      fix: 'List the connections, and use the id of one.',
    });
  return id;
}
