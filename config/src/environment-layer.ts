import { type Layer, mergeLayers, type Tree, treeWith } from './layers.js';

const PREFIX = 'SEXTANT__';

/** Short names of the settings people set most. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  SEXTANT_PORT: ['http', 'port'],
  SEXTANT_HOST: ['http', 'host'],
  SEXTANT_DATA_DIR: ['dataDir'],
  SEXTANT_EXTERNAL_URL: ['http', 'externalUrl'],
  SEXTANT_DATABASE_URL: ['database', 'main'],
  SEXTANT_REDIS_URL: ['redis', 'url'],
  SEXTANT_LOG_LEVEL: ['log', 'level'],
  // The standard names of OpenTelemetry.
  OTEL_EXPORTER_OTLP_ENDPOINT: ['tracing', 'otlpEndpoint'],
  OTEL_EXPORTER_OTLP_HEADERS: ['tracing', 'otlpHeaders'],
  OTEL_EXPORTER_OTLP_TIMEOUT: ['tracing', 'otlpTimeout'],
  OTEL_SERVICE_NAME: ['tracing', 'serviceName'],
};

const camel = (segment: string): string => segment.toLowerCase().replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const kebab = (segment: string): string => segment.toLowerCase().replaceAll('_', '-');

const upper = (segment: string): string =>
  segment
    .replace(/[A-Z]/g, (c) => `_${c}`)
    .replaceAll('-', '_')
    .toUpperCase();

/** The variable that sets a key; its short name where it has one. */
export function environmentName(path: readonly string[]): string {
  const short = Object.entries(SHORT).find(([, of]) => of.join('.') === path.join('.'));
  return short?.[0] ?? `${PREFIX}${path.map(upper).join('__')}`;
}

/** `SEXTANT__PLUGINS__CODE_HOST__FETCH_TIMEOUT=2m` is `plugins.code-host.fetchTimeout: 2m`. */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const origins = new Map<string, string>();
  const trees: Tree[] = [];
  for (const [name, text] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // OpenTelemetry's rule: an empty variable is one that is not set.
    if (text === undefined || (text === '' && name.startsWith('OTEL_'))) continue;
    const path = SHORT[name] ?? (name.startsWith(PREFIX) ? pathOf(name.slice(PREFIX.length)) : undefined);
    if (!path) continue;
    origins.set(path.join('.'), `environment ${name}`);
    trees.push(treeWith(path, parsed(text)));
  }
  return { source: 'environment', values: mergeLayers(trees.map((values) => ({ source: '', values }))), origins };
}

function pathOf(name: string): readonly string[] | undefined {
  const segments = name.split('__');
  if (segments.some((s) => s === '')) return undefined;
  return segments.map((segment, i) => (i === 1 && segments[0] === 'PLUGINS' ? kebab(segment) : camel(segment)));
}

/** Numbers, booleans and JSON are what they look like; everything else is text. */
function parsed(text: string): unknown {
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?)$/.test(text) || /^[[{"]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}
