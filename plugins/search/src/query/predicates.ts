import type { FieldName, Predicate, TextMatch } from './ast.js';
import { nearest } from './edit-distance.js';
import { closingParenthesis } from './lexer.js';

export type PredicateParse =
  | { readonly kind: 'predicate'; readonly predicate: Predicate }
  | { readonly kind: 'none' }
  /** `better`: a value that could be read. */
  | { readonly kind: 'error'; readonly message: string; readonly better?: string };

type Reader = (argument: string) => Predicate | string;

const NO_PATTERN = 'It needs a pattern.';

/** Names of predicates that plugins may provide. */
export const PROVIDABLE = /^has(?:\.[a-z]+)+$/;

/** How each predicate is written: `field:name(argument)`. Old names read as the new ones. */
const READERS: Readonly<Partial<Record<FieldName, Readonly<Record<string, Reader>>>>> = {
  repo: {
    'has.path': pattern('repo.has.path'),
    'has.content': pattern('repo.has.content'),
    'has.description': pattern('repo.has.description'),
    'has.file': hasFile,
    'has.commit.after': (time) =>
      time === '' ? 'It needs a time: has.commit.after(1 month ago).' : { name: 'repo.has.commit.after', time },
    'has.topic': (topic) => (topic === '' ? 'It needs a topic.' : { name: 'repo.has.topic', topic }),
    'has.meta': hasMeta,
    'contains.path': pattern('repo.has.path'),
    'contains.content': pattern('repo.has.content'),
    'contains.file': hasFile,
    'contains.commit.after': (time) => (time === '' ? 'It needs a time.' : { name: 'repo.has.commit.after', time }),
    contains: hasFile,
    has: hasMeta,
    'has.tag': (tag) => (tag === '' ? 'It needs a tag.' : { name: 'repo.has.meta', key: textMatch(tag), value: null }),
    'has.key': (key) => (key === '' ? 'It needs a key.' : { name: 'repo.has.meta', key: textMatch(key) }),
  },
  file: {
    'has.content': pattern('file.has.content'),
    'contains.content': pattern('file.has.content'),
    contains: pattern('file.has.content'),
    'has.owner': (argument) => ({ name: 'file.provided', called: 'has.owner', argument }),
    'has.contributor': (argument) =>
      argument === '' ? NO_PATTERN : { name: 'file.provided', called: 'has.contributor', argument: unquoted(argument) },
  },
  rev: {
    'at.time': (argument) => {
      const [time = '', base] = splitOnce(argument, ',').map((part) => unquoted(part.trim()));
      if (time === '') return 'It needs a time: at.time(2024-01-31) or at.time(2024-01-31, branch).';
      return { name: 'rev.at.time', time, ...(base ? { base } : {}) };
    },
  },
};

/** Reads a filter's value as a predicate. A value that only looks like a call, such as a path pattern, is `none`. */
export function parsePredicate(field: FieldName, value: string): PredicateParse {
  const readers = READERS[field];
  const call = /^([a-z]+(?:\.[a-z]+)*)\(/i.exec(value);
  if (readers === undefined || call === null) return { kind: 'none' };
  const name = (call[1] as string).toLowerCase();
  const read = Object.hasOwn(readers, name) ? readers[name] : provided(field, name);
  if (read === undefined) {
    if (!/^(?:has|contains|at)\b/.test(name)) return { kind: 'none' };
    const meant = nearest(name, Object.keys(readers));
    return {
      kind: 'error',
      message: `${field}: has no predicate "${name}". It has ${Object.keys(readers).join(', ')}.`,
      ...(meant === undefined ? {} : { better: meant + value.slice(name.length) }),
    };
  }
  const end = closingParenthesis(value, call[0].length);
  if (end !== value.length) return { kind: 'error', message: `"${name}(" is not closed: ")" is missing.`, better: `${value})` };
  const result = read(value.slice(call[0].length, -1).trim());
  return typeof result === 'string' ? { kind: 'error', message: `${name}: ${result}` } : { kind: 'predicate', predicate: result };
}

/** A plugin may answer it: whether one does is found out when the query is asked. */
function provided(field: FieldName, called: string): Reader | undefined {
  if (!PROVIDABLE.test(called) || (field !== 'repo' && field !== 'file')) return undefined;
  return (argument) => ({ name: `${field}.provided`, called, argument });
}

export function predicateNames(field: FieldName): readonly string[] {
  return Object.keys(READERS[field] ?? {});
}

function pattern(name: 'repo.has.path' | 'repo.has.content' | 'repo.has.description' | 'file.has.content'): Reader {
  return (argument) => (argument === '' ? NO_PATTERN : { name, pattern: unquoted(argument) });
}

function hasFile(argument: string): Predicate | string {
  const parts: { path?: string; content?: string } = {};
  const starts = [...argument.matchAll(/(?:^|\s)(path|content|file):/g)];
  if (starts.length === 0 || starts[0]?.index !== 0)
    return argument === '' ? 'It needs path: or content:.' : { name: 'repo.has.file', path: unquoted(argument) };
  starts.forEach((start, i) => {
    const value = unquoted(argument.slice(start.index + start[0].length, starts[i + 1]?.index).trim());
    parts[start[1] === 'content' ? 'content' : 'path'] = value;
  });
  if ([parts.path, parts.content].every((part) => part === undefined || part === '')) return 'It needs path: or content:.';
  return { name: 'repo.has.file', ...parts };
}

/** `key:value`, `key` or `tag:`, where a part may be quoted or a `/regexp/`. */
function hasMeta(argument: string): Predicate | string {
  const key = /^(?:"(?:[^"\\]|\\.)*"|\/(?:[^/\\]|\\.)*\/|[^:]*)/.exec(argument)?.[0] ?? '';
  if (key.trim() === '') return 'It needs a key: has.meta(key:value), has.meta(key) or has.meta(tag:).';
  const rest = argument.slice(key.length);
  if (rest === '') return { name: 'repo.has.meta', key: textMatch(key) };
  if (!rest.startsWith(':')) return 'The key and the value are parted by ":".';
  const value = rest.slice(1).trim();
  return { name: 'repo.has.meta', key: textMatch(key), value: value === '' ? null : textMatch(value) };
}

function textMatch(text: string): TextMatch {
  const regexp = /^\/((?:[^/\\]|\\.)*)\/$/.exec(text.trim());
  return regexp === null ? { kind: 'exact', value: unquoted(text.trim()) } : { kind: 'regexp', value: regexp[1] as string };
}

function unquoted(text: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"$/.exec(text);
  return match === null ? text : (match[1] as string).replace(/\\(["\\])/g, '$1');
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
