import type { AggregationMode, SearchMatch } from '../api.js';
import { type CaptureReader, MAX_CAPTURE } from '../regex/capture-reader.js';
import type { Grouped } from './group-counts.js';
import { countOf } from './tally.js';

/**
 * Reads in which groups the matches of one result are.
 * @param reader of the counted group, when that is what is grouped by
 */
export function groupsOf(by: AggregationMode, reader?: CaptureReader): (match: SearchMatch) => Grouped {
  if (by === 'capture-group') return reader ? (match) => captured(match, reader) : ungrouped;
  return (match) => {
    const label = labelOf(match, by);
    return label ? { groups: [[label, countOf(match)]], ungrouped: 0 } : ungrouped(match);
  };
}

const ungrouped = (match: SearchMatch): Grouped => ({ groups: [], ungrouped: countOf(match) });

function labelOf(match: SearchMatch, by: Exclude<AggregationMode, 'capture-group'>): string | undefined {
  switch (by) {
    case 'repo':
      return match.repository.name;
    case 'path':
      return 'path' in match ? match.path : undefined;
    case 'language':
      return 'language' in match ? match.language : undefined;
    case 'author':
      return match.type === 'commit' ? `${match.author.name} <${match.author.email}>` : undefined;
  }
}

function captured(match: SearchMatch, reader: CaptureReader): Grouped {
  const total = countOf(match);
  const groups = match.type === 'content' ? (match.groupValues ?? []) : counted(valuesIn(match, reader));
  const known = groups.reduce((sum, [, count]) => sum + count, 0);
  return { groups, ungrouped: Math.max(total - known, 0) };
}

/** Of results that are short texts themselves. */
function valuesIn(match: SearchMatch, reader: CaptureReader): readonly (string | undefined)[] {
  switch (match.type) {
    case 'path':
      return [reader.first(match.path)];
    case 'symbol':
      return match.symbols.map(({ name }) => reader.first(name));
    case 'commit': {
      // A line of a diff begins with its sign, which no pattern sees.
      const sign = match.diff === undefined ? 0 : 1;
      const lines = (match.diff ?? match.message).split('\n');
      return match.ranges.map(([line, column, length]) => {
        const text = lines[line]?.slice(sign) ?? '';
        const units = (points: number): number => [...text].slice(0, points).join('').length;
        return reader.at(text, units(column - sign), units(column - sign + length));
      });
    }
    default:
      return [];
  }
}

function counted(values: readonly (string | undefined)[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== undefined && value.length <= MAX_CAPTURE) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts];
}
