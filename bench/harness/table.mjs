/**
 * One measured figure.
 * @typedef {object} Row
 * @property {string} measure What was measured.
 * @property {number} value The median, in `unit`.
 * @property {string} unit
 * @property {number[]} [samples] What the median is of.
 * @property {{name: string, value: number}} [peer] The same work by somebody else, in the same unit.
 * @property {number} [ratio] `value` ÷ the peer's, worked out when there is a peer.
 * @property {{of?: 'value' | 'ratio', atMost?: number, atLeast?: number}} [goal]
 * @property {boolean} [met] Worked out when there is a goal.
 */

/** @param {Row} row @returns {Row} */
export function withVerdict(row) {
  const full = row.peer === undefined || row.ratio !== undefined ? { ...row } : { ...row, ratio: row.value / row.peer.value };
  const { goal } = full;
  if (goal === undefined) return full;
  const figure = goal.of === 'ratio' ? full.ratio : full.value;
  if (figure === undefined) return full;
  full.met = figure <= (goal.atMost ?? Number.POSITIVE_INFINITY) && figure >= (goal.atLeast ?? Number.NEGATIVE_INFINITY);
  return full;
}

const HEADINGS = ['measure', 'value', 'unit', 'peer', 'ratio', 'goal', ''];

/** @param {{name: string, title: string, rows: Row[], notes: string[], error?: string, seconds: number, loadBefore: number[], loadAfter: number[]}} bench */
export function printTable({ name, title, rows, notes, error, seconds, loadBefore, loadAfter }) {
  console.log(`\n${name}: ${title}`);
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_heading, column) => Math.max(...lines.map((line) => line[column].length)));
  const numeric = new Set([1, 4]);
  for (const line of lines)
    console.log(`  ${line.map((cell, i) => (numeric.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ')}`.trimEnd());
  for (const note of notes) console.log(`  - ${note}`);
  if (error !== undefined) console.log(`  FAILED: ${error}`);
  console.log(`  ${seconds.toFixed(1)} s; load average before ${loadBefore.join(' ')}, after ${loadAfter.join(' ')}`);
}

function cells({ measure, value, unit, peer, ratio, goal, met }) {
  const bound =
    goal === undefined
      ? ''
      : `${goal.of === 'ratio' ? 'ratio ' : ''}${goal.atMost === undefined ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`}`;
  const peerText = peer === undefined ? '' : `${peer.name} ${figure(peer.value)}`;
  const verdict = met === undefined ? '' : met ? 'met' : 'MISSED';
  return [measure, figure(value), unit, peerText, ratio === undefined ? '' : figure(ratio), bound, verdict];
}

const figure = (n) =>
  Math.abs(n) >= 100 ? Math.round(n).toLocaleString('en') : Math.abs(n) >= 10 ? n.toFixed(1) : Number(n.toPrecision(3)).toString();
