import type { CommandOutput } from '@sextant/sdk';
import { inertJson, printable } from './printable.js';

/** Lines for people, or one JSON value for programs: never both. Whatever is in them, they drive no terminal. */
export function commandOutput(json: boolean): CommandOutput {
  return {
    line: (text) => {
      if (!json) process.stdout.write(`${printableLines(text)}\n`);
    },
    json: (value) => {
      if (json) process.stdout.write(`${inertJson(JSON.stringify(value, null, 2))}\n`);
    },
    note: (text) => void process.stderr.write(`${printableLines(text)}\n`),
  };
}

const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/** A table with aligned columns. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
