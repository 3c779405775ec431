import { SextantError } from '@sextant/sdk';
import type { Claims } from './claims.js';

const PERMISSION = 'permission:';

/**
 * What is wrong with a schema that asks for a permission that no active plugin declares: no role could permit it, so everybody but site admins would be
 * refused, and nobody would see why.
 */
export function undeclaredPermission({ plugin, fields, typeRequires }: Claims, declared: ReadonlySet<string>): SextantError | undefined {
  const asked = [...typeRequires, ...fields.map(({ type, field, requires }) => [`${type}.${field}`, requires] as const)];
  for (const [place, requires] of asked) {
    const permission = requires?.startsWith(PERMISSION) ? requires.slice(PERMISSION.length) : undefined;
    if (permission === undefined || declared.has(permission)) continue;
    return new SextantError('SEXTANT_GRAPHQL_PERMISSION', {
      what: `Plugin "${plugin}" asks for the permission ${permission} on ${place}, which no active plugin declares.`,
      why: 'No role could permit it: everybody but site admins would be refused.',
      fix: `Declare it (r.contribute(permissions, …) in the part of the role api), correct its name, or enable the plugin that declares it.`,
      details: { plugin, permission, place },
    });
  }
  return undefined;
}
