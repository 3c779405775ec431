import type { GroupRule } from '../api.js';

/** A rule of the configuration, which may be about one source only. */
export type ConfiguredRule = GroupRule & { readonly source?: string };

export interface ToldGroup {
  readonly source: string;
  readonly group: string;
}

export type GrantKind = 'role' | 'team' | 'organization';

/** What a source gives: something by name, or the rights of a site admin. */
export interface NamedGrants {
  readonly named: readonly { readonly kind: GrantKind; readonly name: string; readonly source: string }[];
  /** Sources that make a site admin. */
  readonly siteAdmin: readonly string[];
}

/** What the groups of one user give: by the rules of the configuration, and by those of the group's own source. */
export function grantedByGroups(
  told: readonly ToldGroup[],
  configured: readonly ConfiguredRule[],
  ofSources: ReadonlyMap<string, readonly GroupRule[]>,
): NamedGrants {
  const named: { kind: GrantKind; name: string; source: string }[] = [];
  const siteAdmin = new Set<string>();
  for (const { source, group } of told) {
    const rules: readonly ConfiguredRule[] = [...configured, ...(ofSources.get(source) ?? [])];
    for (const rule of rules) {
      if (rule.group !== group || (rule.source !== undefined && rule.source !== source)) continue;
      for (const name of rule.roles ?? []) named.push({ kind: 'role', name, source });
      for (const name of rule.teams ?? []) named.push({ kind: 'team', name, source });
      for (const name of rule.organizations ?? []) named.push({ kind: 'organization', name, source });
      if (rule.siteAdmin) siteAdmin.add(source);
    }
  }
  return { named, siteAdmin: [...siteAdmin] };
}
