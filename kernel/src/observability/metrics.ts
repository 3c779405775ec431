import type { Labels, Meter } from '@sextant/sdk';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { NO_SPAN } from './open-span.js';
import { NO_TRACING, type Tracing } from './tracing.js';

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of one process, as Prometheus reads them. */
export class Metrics {
  readonly registry = new Registry();

  constructor(private readonly tracing: Tracing = NO_TRACING) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A plugin's own meter: names carry its id. The same name gives the same metric, so a plugin may come and go. */
  of(plugin: string): Meter {
    const full = (name: string): string => (name.startsWith('src_') ? name : `sextant_${plugin.replaceAll('-', '_')}_${name}`);
    const existing = <M>(name: string): M | undefined => this.registry.getSingleMetric(full(name)) as M | undefined;
    const shared = { registers: [this.registry] };
    return {
      counter: (name, { help, labels = [] }) => {
        const metric = existing<Counter>(name) ?? new Counter({ name: full(name), help, labelNames: [...labels], ...shared });
        return { add: (value = 1, l = {}) => metric.inc(text(l), value) };
      },
      histogram: (name, { help, labels = [], buckets = SECONDS }) => {
        const metric =
          existing<Histogram>(name) ?? new Histogram({ name: full(name), help, labelNames: [...labels], buckets: [...buckets], ...shared });
        return { record: (value, l = {}) => metric.observe(text(l), value) };
      },
      gauge: (name, { help, labels = [] }) => {
        const metric = existing<Gauge>(name) ?? new Gauge({ name: full(name), help, labelNames: [...labels], ...shared });
        return { set: (value, l = {}) => metric.set(text(l), value) };
      },
      span: (name, work, attributes) =>
        this.tracing.active ? this.tracing.span(name, { attributes: { 'sextant.plugin': plugin, ...attributes } }, work) : work(NO_SPAN),
    };
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }
}

const text = (labels: Labels): Record<string, string> => Object.fromEntries(Object.entries(labels).map(([k, v]) => [k, String(v)]));
