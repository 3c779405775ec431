import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One place in the plugins where the wall is asked. */
export interface WallSite {
  readonly number: number;
  /** `plugin/file.js: text of the call`, with ` #2` for the second alike in its file: it stays when lines move. */
  readonly name: string;
  readonly plugin: string;
}

/** What stands in for the wall where it is taken away: everything may be seen, and nothing ever changes. */
const HOLES = {
  everything: 'Promise.resolve(globalThis.sextantHoles.everything)',
  epoch: "Promise.resolve('hole')",
  yes: 'true',
  no: 'false',
  nothing: 'undefined',
  sql: "({ text: 'TRUE', parameters: [] })",
  actor: 'globalThis.sextantHoles.actor',
} as const;

const YES = new Set(['canSee', 'sees', 'seesWhole', 'maySee', 'allows']);
/** Methods of what is behind the wall, whose first argument says who asks. */
const ASKED_FOR = new Set([
  'byName',
  'byId',
  'byIds',
  'byCloneUrl',
  'list',
  'count',
  'metadata',
  'page',
  'to',
  'of',
  '#select',
  '#byFormerName',
  '#condition',
  '#read',
  '#standing',
]);

interface Found {
  readonly node: ts.Node;
  readonly hole: string;
}

/** What would be put in the place of a call, if it asks the wall. */
function holeOf(call: ts.CallExpression, source: ts.SourceFile): Found | undefined {
  const callee = call.expression;
  const text = callee.getText(source);
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : text;
  const [first] = call.arguments;
  if (/(?:^|\.)(?:wall|visibility)\.of$/.test(text)) return { node: call, hole: HOLES.everything };
  if (/(?:^|\.)(?:wall|visibility)\.epoch$/.test(text)) return { node: call, hole: HOLES.epoch };
  if (YES.has(name)) return { node: call, hole: HOLES.yes };
  if (name === 'sql' && call.arguments.length === 2) return { node: call, hole: HOLES.sql };
  if (text === 'viewer.look') return { node: call, hole: HOLES.nothing };
  if (/paths\?*\.?\.has$/.test(text)) return { node: call, hole: HOLES.no };
  if (first && ASKED_FOR.has(name) && /(?:^|\.)actor$/.test(first.getText(source))) return { node: first, hole: HOLES.actor };
  return undefined;
}

/** A file of a plugin, with a switch at each place where it asks the wall: `globalThis.sextantHole` is the number of the one that is open. */
export class WallFile {
  readonly sites: readonly WallSite[];
  readonly text: string;

  constructor(plugin: string, file: string, text: string, from: number) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
    const holes = new Map<ts.Node, { readonly hole: string; readonly number: number }>();
    const sites: WallSite[] = [];
    const visit = (node: ts.Node): void => {
      const found = ts.isCallExpression(node) ? holeOf(node, source) : undefined;
      if (found) {
        const call = node.getText(source).replaceAll(/\s+/g, ' ');
        const alike = sites.filter(({ name }) => name.startsWith(`${plugin}/${file}: ${call}`)).length;
        const number = from + sites.length;
        sites.push({ number, plugin, name: `${plugin}/${file}: ${call}${alike > 0 ? ` #${alike + 1}` : ''}` });
        holes.set(found.node, { hole: found.hole, number });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    this.sites = sites;
    this.text = sites.length === 0 ? text : rewritten(source, text, holes);
  }
}

/** Each hit is noted, so that only rows are asked that come by. */
function rewritten(
  source: ts.SourceFile,
  text: string,
  holes: ReadonlyMap<ts.Node, { readonly hole: string; readonly number: number }>,
): string {
  const write = (node: ts.Node): string => {
    const hole = holes.get(node);
    let inner = '';
    let at = node.getStart(source);
    ts.forEachChild(node, (child) => {
      inner += text.slice(at, child.getStart(source)) + write(child);
      at = child.getEnd();
    });
    inner += text.slice(at, node.getEnd());
    return hole
      ? `(globalThis.sextantHits?.add(${hole.number}), globalThis.sextantHole === ${hole.number} ? ${hole.hole} : ${inner})`
      : inner;
  };
  return `${text.slice(0, source.getStart())}${write(source)}`;
}

/** Every place in the built plugins, by the file it is in. */
export function wallFiles(plugins: string): ReadonlyMap<string, WallFile> {
  const files = new Map<string, WallFile>();
  let count = 0;
  for (const plugin of readdirSync(plugins).sort()) {
    const dist = join(plugins, plugin, 'dist');
    for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!name.endsWith('.js') || name.startsWith('testing/')) continue;
      const path = join(dist, name);
      const text = readFileSync(path, 'utf8');
      if (!/wall|visib|[sS]ees|maySee|allows|actor/.test(text)) continue;
      const file = new WallFile(plugin, name, text, count);
      if (file.sites.length === 0) continue;
      count += file.sites.length;
      files.set(path, file);
    }
  }
  return files;
}
