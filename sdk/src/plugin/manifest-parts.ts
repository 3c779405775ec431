import type { ConfigSchema } from '../config/config.js';
import type { Part } from './part.js';
import { isRole, type Role } from './role.js';

// biome-ignore lint/suspicious/noExplicitAny: a manifest holds parts of any dependencies and instances
export type PartModule<S extends ConfigSchema> = { readonly default: Part<any, S, any> };
export type LoadPart<S extends ConfigSchema> = () => Promise<PartModule<S>>;

/** A part that runs in several roles. It exists once in a process that has any of them. */
export interface PartEntry<S extends ConfigSchema> {
  readonly roles: readonly [Role, ...Role[]];
  readonly load: LoadPart<S>;
}

/** By name. The short form, a function alone, is a part of the role that its name is. */
export type ManifestParts<S extends ConfigSchema> = { readonly [R in Role]?: LoadPart<S> | PartEntry<S> } & {
  readonly [name: string]: LoadPart<S> | PartEntry<S> | undefined;
};

export interface NamedPart<S extends ConfigSchema = ConfigSchema> {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly load: LoadPart<S>;
}

/** The parts of a manifest, each with its roles. With `roles`: those that run in a process which has these. */
export function partsOf<S extends ConfigSchema>(manifest: { readonly parts: ManifestParts<S> }, roles?: readonly Role[]): NamedPart<S>[] {
  const parts = Object.entries(manifest.parts).flatMap(([name, part]): NamedPart<S>[] =>
    part === undefined ? [] : typeof part === 'function' ? [{ name, roles: [name as Role], load: part }] : [{ name, ...part }],
  );
  return roles ? parts.filter((part) => part.roles.some((role) => roles.includes(role))) : parts;
}

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Problems of `parts`, in words; empty when they are sound. */
export function partsProblems(parts: unknown): readonly string[] {
  if (typeof parts !== 'object' || parts === null) return ['parts is missing'];
  return Object.entries(parts).flatMap(([name, part]): string[] => {
    if (part === undefined) return [];
    if (typeof part === 'object' && part !== null && ('roles' in part || !isRole(name)))
      return entryProblems(name, part as Partial<Record<keyof PartEntry<ConfigSchema>, unknown>>);
    if (!isRole(name)) return [`parts.${name} is not a role`];
    return typeof part === 'function' ? [] : [`parts.${name} is not a function: write () => import('./parts/${name}/part.js')`];
  });
}

function entryProblems(name: string, { roles, load, ...others }: Partial<Record<keyof PartEntry<ConfigSchema>, unknown>>): string[] {
  const named: readonly unknown[] = Array.isArray(roles) ? roles : [];
  const problems = Object.keys(others).map((key) => `parts.${name} has an unknown key "${key}": there is roles, load`);
  if (!NAME.test(name)) problems.push(`parts.${name} is not a name in kebab-case`);
  if (named.length === 0) problems.push(`parts.${name}.roles is not a list of roles`);
  for (const role of named)
    if (!isRole(String(role))) problems.push(`parts.${name}.roles has ${JSON.stringify(role)}, which is not a role`);
  if (new Set(named).size < named.length) problems.push(`parts.${name}.roles has a role twice`);
  if (isRole(name) && named.length > 0 && !named.includes(name))
    problems.push(`parts.${name} has the name of a role that it does not list: rename it`);
  if (typeof load !== 'function') problems.push(`parts.${name}.load is not a function: write () => import('./${name}/part.js')`);
  return problems;
}
