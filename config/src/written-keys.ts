import { type ExplainedSources, leaves, schemaAt } from './explain.js';
import { mergeLayers, originOf, valueAt } from './layers.js';
import { REDACTED, redact } from './redact.js';

/** A key that somebody has written down, with the value that wins. */
export interface WrittenKey {
  readonly key: string;
  /** As JSON, redacted. */
  readonly shown: string;
  /** The value itself, as JSON, where `shown` hides something of it. For comparison alone: never to be kept or shown. */
  readonly hidden: string | undefined;
  /** Which file, or which variable of the environment. */
  readonly source: string;
}

/** Every leaf of the file and the environment: not what a preset, a default or the command line of one start says. */
export function writtenKeys(sources: ExplainedSources): readonly WrittenKey[] {
  const layers = sources.layers.filter(({ source }) => source !== 'flags' && !source.startsWith('preset '));
  return leaves(mergeLayers(layers), []).flatMap(([path, value]) => {
    const winner = layers.findLast((layer) => valueAt(layer.values, path) !== undefined);
    if (path.length === 0 || !winner) return [];
    const shown = JSON.stringify(shownOf(path, value, sources));
    const whole = JSON.stringify(value);
    return [{ key: path.join('.'), shown, hidden: shown === whole ? undefined : whole, source: originOf(winner, path) }];
  });
}

/** What no schema knows may be a secret, whatever it is called. */
function shownOf(path: readonly string[], value: unknown, sources: ExplainedSources): unknown {
  const plugin = path[0] === 'plugins' ? sources.plugins.find((one) => sources.keyOf(one) === path[1]) : undefined;
  const schema = schemaAt(plugin ? ['plugins', plugin.id, ...path.slice(2)] : path, sources);
  if (schema) return redact(value, schema, path.at(-1));
  return typeof value === 'boolean' || value === 'abort' || value === 'continue' ? value : REDACTED;
}
