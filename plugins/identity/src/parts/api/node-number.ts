import { decodeNodeId } from '@sextant/sdk';

/** The number behind the id of a node of the kind; 0, which is nobody's, for anything else. */
export function nodeNumber(kind: string, nodeId: string | null | undefined): number {
  return rowNumber(decodeNodeId(kind, nodeId ?? ''));
}

/** 0 for what is not the number of a row. */
export function rowNumber(text: string | undefined): number {
  const id = Number(text);
  return Number.isInteger(id) && id > 0 && id <= 0x7fffffff ? id : 0;
}
