import type { ScalarDefinition } from '@sextant/sdk';
import { isKindName } from '../../connections/kind-registry.js';

const kindName = (value: unknown): string => {
  if (typeof value === 'string' && isKindName(value)) return value;
  throw new TypeError('not a kind of code host');
};

/**
 * The field's clients know an enum here, and its values are written and sent as before. A closed list would leave out the kinds of plugins, and those of
 * connections whose plugin is switched off.
 */
export const externalServiceKind: ScalarDefinition = { scalar: true, serialize: kindName, parse: kindName };
