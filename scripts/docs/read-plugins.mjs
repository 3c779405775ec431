// What the built-in plugins declare, read from their parts. Nothing is started.
import { collectDeclarations } from '@sextant/kernel';
import { builtinPlugins } from '@sextant/preset';
import { partsOf, ROLES, registerErrors } from '@sextant/sdk';

/** Every plugin by id, with its parts in the order of the roles: one of several roles stands at each of them. */
export async function readPlugins() {
  const plugins = [];
  for (const manifest of [...builtinPlugins].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    registerErrors(manifest.errors ?? {});
    const parts = [];
    for (const role of ROLES) {
      for (const { name, roles, load } of partsOf(manifest, [role])) {
        const { default: part } = await load();
        parts.push({ role, deps: part.deps, declared: collectDeclarations(manifest.id, { name, roles, part }) });
      }
    }
    plugins.push({ manifest, parts });
  }
  if (plugins.length === 0) throw new Error('No plugin was read.');
  return plugins;
}

/** The items of all parts of a plugin, each key once, with the roles it is declared in. */
export function byRole({ parts }, pick) {
  const found = new Map();
  for (const { role, deps, declared } of parts) {
    for (const { key, item } of pick(declared, deps)) {
      const entry = found.get(key) ?? { key, item, roles: [] };
      if (!entry.roles.includes(role)) entry.roles.push(role);
      found.set(key, entry);
    }
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
