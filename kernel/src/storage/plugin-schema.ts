/** The schema of the kernel's own tables: not a plugin, and kept like one. */
export const KERNEL = 'kernel';

/** The schema of a plugin: `plugin_code_host`. Ids are kebab-case, so no two give one schema. */
export const schemaOf = (plugin: string): string => (plugin === KERNEL ? KERNEL : `plugin_${plugin.replaceAll('-', '_')}`);

/** The plugin of a schema; undefined for a schema that is not one of ours. */
export const pluginOf = (schema: string): string | undefined =>
  schema === KERNEL ? KERNEL : schema.startsWith('plugin_') ? schema.slice('plugin_'.length).replaceAll('_', '-') : undefined;
