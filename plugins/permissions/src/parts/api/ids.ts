import { decodeNodeId } from '@sextant/sdk';
import { noSuchRepository } from '../../not-there.js';

/** Undefined for what is no id of the kind. */
export function numberOf(kind: string, nodeId: string): number | undefined {
  const text = decodeNodeId(kind, nodeId);
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : undefined;
}

/** @throws SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND */
export function repositoryIdOf(nodeId: string): number {
  const id = numberOf('Repository', nodeId);
  if (id === undefined) throw noSuchRepository();
  return id;
}
