import { processSchema } from '@sextant/config';
import { bytes, z } from '@sextant/sdk';
import { code, duration, page, table } from './markdown.mjs';

const screaming = (key) =>
  key
    .replace(/([A-Z])/g, '_$1')
    .replaceAll('-', '_')
    .toUpperCase();
const environment = (path) => `SEXTANT__${path.map(screaming).join('__')}`;

/** The type, default and marks of a field, through everything that is wrapped round it. */
function unwrap(schema) {
  const found = { optional: false, meta: {} };
  let inner = schema;
  for (;;) {
    found.meta = { ...inner.meta?.(), ...found.meta };
    const { def } = inner;
    if (def.type === 'optional') found.optional = true;
    if ((def.type === 'default' || def.type === 'prefault') && found.fallback === undefined) found.fallback = def.defaultValue;
    if (!['optional', 'default', 'prefault', 'nullable', 'readonly'].includes(def.type)) break;
    inner = def.innerType;
  }
  return { ...found, inner };
}

/** What a text with a unit is read as; told by trying, since both are a text that is transformed. */
function unitOf(schema) {
  const reads = (text, value) => {
    const result = schema.safeParse(text);
    return result.success && result.data === value;
  };
  if (schema.def.type !== 'pipe') return undefined;
  return reads('2m', 120_000) ? 'duration' : reads('2KiB', 2048) ? 'bytes' : undefined;
}

function typeOf(schema) {
  const { inner, meta } = unwrap(schema);
  const { def } = inner;
  if (meta.secret) return 'secret text';
  const unit = unitOf(inner);
  if (unit) return unit;
  if (def.type === 'enum') return Object.values(def.entries).map(code).join(', ');
  if (def.type === 'array') return `list of ${typeOf(def.element)}`;
  if (def.type === 'record') return 'map';
  if (def.type === 'union') return [...new Set(def.options.map(typeOf))].join(' or ');
  if (def.type === 'pipe') return typeOf(def.in);
  return { string: 'text', number: 'number', int: 'whole number', boolean: 'true or false' }[def.type] ?? def.type;
}

function shown(fallback, unit) {
  if (fallback === undefined) return '';
  const value = typeof fallback === 'number' && unit === 'duration' ? duration(fallback) : fallback;
  return code(
    typeof value === 'number' && unit === 'bytes' ? readableBytes(value) : typeof value === 'string' ? value : JSON.stringify(value),
  );
}

const readableBytes = (size) => {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const one = bytes().parse(`1${unit}`);
    if (size >= one && size % one === 0) return `${size / one}${unit}`;
  }
  return `${size}B`;
};

function* rowsOf(object, path, live = false) {
  for (const [key, field] of Object.entries(object.shape)) {
    const at = [...path, key];
    const { inner, fallback, meta, optional } = unwrap(field);
    if (inner instanceof z.ZodObject) yield* rowsOf(inner, at, live || meta.live);
    else {
      const marks = [(live || meta.live) && 'live', meta.secret && 'secret', meta.executes && 'executes'].filter(Boolean).join(', ');
      const need = fallback === undefined && !optional ? '(required)' : shown(fallback, unitOf(inner));
      yield [code(at.join('.')), typeOf(field), need, marks, meta.description ?? '', code(environment(at))];
    }
  }
}

const HEAD = ['key', 'type', 'default', 'marks', 'what it is', 'environment'];

export function configPage(plugins) {
  const sections = plugins
    .filter(({ manifest }) => manifest.config && Object.keys(manifest.config.shape).length > 0)
    .map(({ manifest }) => `## Plugin ${code(manifest.id)}\n\n${table(HEAD, [...rowsOf(manifest.config, ['plugins', manifest.id])])}`);
  return page(
    'Configuration',
    'Defaults < preset of the host < file (`sextant.config.{yaml,yml,json}` of the working folder, or the one that `--config` names, which may be `.js` or `.ts` too) < environment < flags. `sextant config explain KEY` tells where a value comes from.',
    'A *live* key takes effect when the file is read again; every other needs a restart. A *secret* is redacted wherever configuration is shown. A key that *executes* names a program or code: a file that was found in the working folder may not set it, only `--config`, the environment and flags may. A duration is text such as `250ms`, `10s`, `5m`, `2h`, `7d`; bytes are text such as `512KiB`, `10MB`, `2GiB`.',
    'Beside its own keys, every plugin takes `enabled`, `onFailure` (`abort` or `continue`) and `ignoreCompatibility`; `plugins.ID: false` switches it off.',
    `## Process\n\n${table(HEAD, [...rowsOf(processSchema, [])])}`,
    ...sections,
  );
}
