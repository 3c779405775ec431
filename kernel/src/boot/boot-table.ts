import type { PluginStatus } from '@sextant/sdk';

/** The table a boot ends with: every plugin, its state, its time, and why it is not active. */
export function bootTable(statuses: readonly PluginStatus[]): string {
  const rows = statuses.map((s) => [s.id, s.version, s.state === 'failed' ? `failed(${s.phase})` : s.state, `${total(s)} ms`, slowest(s)]);
  const header = ['plugin', 'version', 'state', 'total', 'slowest phase'];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const reasons = statuses
    .filter((s) => s.reason !== undefined && s.state !== 'active')
    .map((s) => `  ${s.id}: ${s.code ? `${s.code}: ` : ''}${s.reason}`);
  return [line(header), line(widths.map((w) => '-'.repeat(w))), ...rows.map(line), ...reasons].join('\n');
}

const total = (s: PluginStatus): number => Object.values(s.timings).reduce((sum, ms) => sum + ms, 0);

function slowest(s: PluginStatus): string {
  const [phase, ms] = Object.entries(s.timings).sort(([, a], [, b]) => b - a)[0] ?? [];
  return phase && ms ? `${phase} ${ms} ms` : '';
}
