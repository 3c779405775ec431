export type SettingsValue = Readonly<Record<string, unknown>>;

/** Lists of the whole cascade, the nearer subject's entries last. */
const JOINED_LISTS: ReadonlySet<string> = new Set(['search.scopes']);

/**
 * The settings in force, of subjects from the farthest to the nearest. Objects are merged key by key at every depth;
 * anything else of a nearer subject replaces what is farther. The lists of `search.scopes` are joined.
 */
export function mergeSettings(subjects: readonly SettingsValue[]): SettingsValue {
  return subjects.reduce<SettingsValue>((far, near) => mergeObjects(far, near, JOINED_LISTS), emptyObject());
}

function mergeObjects(far: SettingsValue, near: SettingsValue, joined: ReadonlySet<string>): SettingsValue {
  const merged = emptyObject();
  for (const key of Object.keys(far)) merged[key] = far[key];
  for (const key of Object.keys(near)) {
    const [before, after] = [merged[key], near[key]];
    if (joined.has(key) && Array.isArray(before) && Array.isArray(after)) merged[key] = [...before, ...after];
    else if (isObject(before) && isObject(after)) merged[key] = mergeObjects(before, after, NO_LISTS);
    else merged[key] = after;
  }
  return merged;
}

const NO_LISTS: ReadonlySet<string> = new Set();
const isObject = (value: unknown): value is SettingsValue => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Without a prototype: people name the keys. */
const emptyObject = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;
