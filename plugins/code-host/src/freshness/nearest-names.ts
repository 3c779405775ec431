import type { Actor, Storage } from '@sextant/sdk';
import type { VisibilityService } from '../api.js';
import { conditionOf } from '../repositories/filter-sql.js';

const SHOWN = 5;
/** Names that are compared; the database finds them by a part of what was typed. */
const CANDIDATES = 2_000;
const LEAST_ALIKE = 0.3;

/** Names like one that is not there, of those that the asker may see. */
export class NearestNames {
  constructor(
    private readonly db: Storage,
    private readonly wall: VisibilityService,
  ) {}

  async to(actor: Actor, name: string): Promise<readonly string[]> {
    const { text, parameters } = conditionOf(await this.wall.of(actor), {});
    const rows = await this.db.query<{ name: string }>(
      `SELECT r.name FROM repositories r WHERE ${text} AND lower(r.name) LIKE ANY($${parameters.length + 1}::text[]) ORDER BY r.id LIMIT ${CANDIDATES}`,
      [...parameters, partsOf(name).map((part) => `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`)],
    );
    const typed = pairsOf(name);
    return rows
      .map((row) => ({ name: row.name, alike: likeness(typed, pairsOf(row.name)) }))
      .filter(({ alike }) => alike >= LEAST_ALIKE)
      .sort((a, b) => b.alike - a.alike || (a.name < b.name ? -1 : 1))
      .slice(0, SHOWN)
      .map((found) => found.name);
  }
}

/** What a name with one slip in it still has in common with the right one: the halves of its last segment, and the segment before it. */
function partsOf(name: string): readonly string[] {
  const segments = name.toLowerCase().split('/');
  const last = segments.at(-1) ?? '';
  const half = Math.max(3, Math.ceil(last.length / 2));
  const parts = [last.slice(0, half), last.slice(-half), ...(segments.length > 2 ? [`/${segments.at(-2)}/`] : [])];
  return parts.filter((part) => part.length >= Math.min(3, last.length) && part !== '');
}

function pairsOf(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)));
}

/** 0 to 1: the share of pairs of letters that both have. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((pair) => b.has(pair)).length;
  return (2 * both) / Math.max(1, a.size + b.size);
}
