import type { Contribution } from '@sextant/sdk';
import type { PermissionDeclaration } from '../api.js';

const WORD = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Everybody who is no service account has the role USER, every service account SERVICE_ACCOUNT, every site admin SITE_ADMINISTRATOR. */
export type SystemRole = 'SITE_ADMINISTRATOR' | 'USER' | 'SERVICE_ACCOUNT';

export interface Permission extends PermissionDeclaration {
  /** `NAMESPACE#ACTION`. */
  readonly name: string;
  /** Who declares it. */
  readonly plugin: string;
}

/** What plugins declare that roles can permit. The list is live: permissions come and go with their plugins. */
export class PermissionRegistry {
  constructor(private readonly contributions: readonly Contribution<PermissionDeclaration>[]) {}

  /** By name. Of two plugins with one permission the first keeps it. */
  all(): readonly Permission[] {
    const found = new Map<string, Permission>();
    for (const contribution of [...this.contributions]) {
      const { plugin, value } = contribution;
      const name = `${value.namespace}#${value.action}`;
      const owner = found.get(name)?.plugin;
      if (!WORD.test(value.namespace) || !WORD.test(value.action))
        contribution.reject(`"${name}" is not a permission: write NAMESPACE#ACTION in capital letters, digits and _.`);
      else if (owner !== undefined && owner !== plugin)
        contribution.reject(`The permission ${name} is already there, from the plugin "${owner}".`);
      else found.set(name, { ...value, name, plugin });
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * What a user may do who is no site admin. `marks` are what site admins said of the user's roles: `+NAME` where one permits it, `-NAME` where the
   * system role does not although it would by default.
   */
  effective(serviceAccount: boolean, marks: readonly string[]): readonly string[] {
    const granted = new Set(this.defaultsOf(serviceAccount ? 'SERVICE_ACCOUNT' : 'USER'));
    for (const mark of marks) if (mark.startsWith('-')) granted.delete(mark.slice(1));
    for (const mark of marks) if (mark.startsWith('+')) granted.add(mark.slice(1));
    return [...granted].sort();
  }

  defaultsOf(role: SystemRole): readonly string[] {
    const all = this.all();
    return (role === 'SITE_ADMINISTRATOR' ? all : all.filter(({ defaults }) => defaults.includes(role))).map(({ name }) => name);
  }
}
