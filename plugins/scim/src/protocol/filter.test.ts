import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Comparand, Comparison } from './filter.js';
import { attributesOf, requiredValues } from './filter.js';
import type { JsonObject } from './json.js';
import { matches } from './matches.js';
import { parseFilter, parsePath } from './parse-filter.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const user: JsonObject = {
  id: 'Abc',
  userName: 'Ada.Lovelace',
  externalId: 'Ext-1',
  title: '',
  active: true,
  name: { familyName: 'O\'Malley "x"' },
  emails: [
    { type: 'work', value: 'ada@example.com', primary: true },
    { type: 'home', value: 'ada@home.example' },
  ],
  meta: { lastModified: '2026-05-13T04:42:34.000Z' },
  [ENTERPRISE]: { department: 'Engines', manager: { value: 'M1' } },
  level: 7,
};

describe('a filter', () => {
  it.each([
    ['userName eq "ada.lovelace"', true],
    ['USERNAME EQ "ADA.LOVELACE"', true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ada"', true],
    ['userName ne "ada.lovelace"', false],
    ['userName co "LOVE" and userName ew "ace"', true],
    ['userName sw "lovelace"', false],
    ['userName ew "ada"', false],
    ['userName co "adalove"', false],
    ['externalId eq "ext-1"', false],
    ['externalId eq "Ext-1"', true],
    ['id eq "abc"', false],
    ['title pr', false],
    ['nothing pr', false],
    ['nothing eq null', true],
    ['nothing ne "x"', true],
    ['name pr', true],
    ['name.familyName eq "o\'malley \\"X\\""', true],
    ['emails pr', true],
    ['emails eq "ADA@example.com"', true],
    ['emails.type eq "work"', true],
    ['emails[type eq "work" and value co "@example.com"]', true],
    ['emails[type eq "home" and primary eq true]', false],
    ['emails[type eq "work"].value eq "ada@example.com"', true],
    ['emails[not (type eq "work")]', true],
    ['active eq true', true],
    ['active eq "True"', true],
    ['active eq false', false],
    ['meta.lastModified gt "2026-05-13T04:42:33Z"', true],
    ['meta.lastModified eq "2026-05-13T06:42:34+02:00"', true],
    ['meta.lastModified lt "2026-05-13T04:42:34Z"', false],
    [`${ENTERPRISE}:department eq "engines"`, true],
    [`${ENTERPRISE}:manager eq "M1"`, true],
    ['level gt 6.5', true],
    ['level le 7e0', true],
    ['level eq "7"', false],
    ['title pr or userType pr and active eq true', false],
    ['active eq true or title pr and userType pr', true],
    ['(active eq true or title pr) and userType pr', false],
    ['not (title pr) and (active eq true)', true],
    ['userName gt "ada"', true],
    ['  userName   eq\t"ada.lovelace"  ', true],
  ])('%s is %s of somebody', (text, expected) => {
    expect(matches(user, parseFilter(text))).toBe(expected);
  });

  it.each([
    '',
    'userName',
    'userName eq',
    'userName is "x"',
    'userName eq x',
    'userName eq "x',
    'userName eq "\\x"',
    'userName eq "x" and',
    'userName eq "x" userName',
    '(userName pr',
    'userName pr)',
    'emails[type eq "work"',
    'emails[]',
    'not userName pr',
    'a.b.c pr',
    '.a pr',
    'x:y pr',
    'active gt true',
    'userName co 7',
    'userName eq "x" xor title pr',
    `${'('.repeat(40)}a pr${')'.repeat(40)}`,
    `a eq "${'x'.repeat(70_000)}"`,
    'userName eq "x" ; drop table users',
  ])('%s is refused', (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ code: 'SEXTANT_SCIM_FILTER' }));
  });

  it.each(['', 'a b', 'a[', 'a[b eq "c"]x', 'a[b eq "c"].d.e', '.a', 'a..b'])('the path %j is refused', (text) => {
    expect(() => parsePath(text)).toThrow(expect.objectContaining({ code: 'SEXTANT_SCIM_PATH' }));
  });

  it('names what an index can look up, and nothing that it cannot', () => {
    const required = (text: string, name: string): unknown => requiredValues(parseFilter(text), name);
    expect(required('title pr and userName eq "x"', 'username')).toEqual(['x']);
    expect(required('userName eq "x" or userName eq "y"', 'username')).toEqual(['x', 'y']);
    expect(required('userName eq "x" or title pr', 'username')).toBeUndefined();
    expect(required('not (userName eq "x")', 'username')).toBeUndefined();
    expect(required('members[value eq "x"]', 'members.value')).toEqual(['x']);
    expect(required('members eq "x"', 'members.value')).toEqual(['x']);
    expect(required('urn:example:1.0:X:userName eq "x"', 'username')).toBeUndefined();
  });

  it('means what an independent reading of it means, however it is written', () => {
    fc.assert(
      fc.property(aModel, aResource, fc.integer({ min: 0, max: 2 ** 31 }), (model, resource, style) => {
        expect(matches(resource, parseFilter(written(model, style)))).toBe(holds(model, resource));
      }),
      { numRuns: 4000 },
    );
  });

  it('finds nothing outside of what an index was asked for', () => {
    fc.assert(
      fc.property(aModel, aResource, (model, resource) => {
        const filter = parseFilter(written(model, 0));
        const values = requiredValues(filter, 'title');
        if (values && matches(resource, filter))
          expect(values.map((value) => value.toLowerCase())).toContain(String(resource['title']).toLowerCase());
        for (const name of leavesOf(model)) expect(attributesOf(filter)).toContain(name.toLowerCase());
      }),
      { numRuns: 1000 },
    );
  });

  it('of any text ends in a filter or in a refusal', () => {
    const pieces = fc.constantFrom(
      'a',
      ' ',
      '(',
      ')',
      '[',
      ']',
      '"',
      '\\',
      '.',
      'eq',
      ' and ',
      ' not ',
      'urn:',
      ':',
      '1',
      '-',
      'pr',
      '"x"',
      'é',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        for (const parse of [parseFilter, parsePath]) {
          try {
            parse(parts.join(''));
          } catch (error) {
            expect((error as { code?: unknown }).code).toMatch(/^SEXTANT_SCIM_(?:FILTER|PATH)$/);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** A filter over plain attributes, as a tree that knows nothing of the program's own. */
type Model =
  | { readonly kind: 'both' | 'either'; readonly left: Model; readonly right: Model }
  | { readonly kind: 'opposite'; readonly inner: Model }
  | { readonly kind: 'there'; readonly name: string }
  | { readonly kind: 'some'; readonly inner: Model }
  | { readonly kind: 'leaf'; readonly name: string; readonly op: Comparison; readonly value: string };

const NAMES = ['title', 'nickName', 'locale'];
const word = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '"', '\\', 'é'), maxLength: 2 });
const leaf = (names: readonly string[]): fc.Arbitrary<Model> =>
  fc.oneof(
    fc.record({ kind: fc.constant('there' as const), name: fc.constantFrom(...names) }),
    fc.record({
      kind: fc.constant('leaf' as const),
      name: fc.constantFrom(...names),
      op: fc.constantFrom<Comparison>('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'),
      value: word,
    }),
  );
const tree = (leaves: fc.Arbitrary<Model>): fc.Arbitrary<Model> =>
  fc.letrec<{ node: Model }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaves,
      fc.record({ kind: fc.constantFrom('both' as const, 'either' as const), left: tie('node'), right: tie('node') }),
      fc.record({ kind: fc.constant('opposite' as const), inner: tie('node') }),
    ),
  })).node;
const aModel = tree(fc.oneof(leaf(NAMES), fc.record({ kind: fc.constant('some' as const), inner: tree(leaf(['type', 'value'])) })));
const aResource: fc.Arbitrary<JsonObject> = fc.record(
  {
    title: word,
    nickName: word,
    locale: word,
    emails: fc.array(fc.record({ type: word, value: word }, { requiredKeys: [] }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

function holds(model: Model, resource: JsonObject): boolean {
  switch (model.kind) {
    case 'both':
      return holds(model.left, resource) && holds(model.right, resource);
    case 'either':
      return holds(model.left, resource) || holds(model.right, resource);
    case 'opposite':
      return !holds(model.inner, resource);
    case 'some':
      return ((resource['emails'] as readonly JsonObject[] | undefined) ?? []).some((email) => holds(model.inner, email));
    case 'there':
      return (resource[model.name] ?? '') !== '';
    default: {
      const there = resource[model.name] as Comparand | undefined;
      if (there === undefined) return model.op === 'ne';
      const [a, b] = [String(there).toLowerCase(), model.value.toLowerCase()];
      const answers = {
        eq: a === b,
        ne: a !== b,
        co: a.indexOf(b) >= 0,
        sw: a.indexOf(b) === 0,
        ew: a.slice(a.length - b.length) === b || b === '',
        gt: a > b,
        ge: !(a < b),
        lt: a < b,
        le: !(a > b),
      };
      return answers[model.op];
    }
  }
}

/** One of the many texts that mean the model: case, blanks and brackets that change nothing differ with the style. */
function written(model: Model, style: number, within = 0): string {
  let state = style;
  const flip = (): boolean => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % 3 === 0;
  const cased = (text: string): string => (flip() ? text.toUpperCase() : text);
  const text = ((): string => {
    switch (model.kind) {
      case 'both':
        return `${written(model.left, state + 1, 2)} ${cased('and')} ${written(model.right, state + 2, 2)}`;
      case 'either':
        return `${written(model.left, state + 1, 1)} ${cased('or')}${flip() ? '  ' : ' '}${written(model.right, state + 2, 1)}`;
      case 'opposite':
        return `${cased('not')}${flip() ? ' ' : ''}(${written(model.inner, state + 1)})`;
      case 'some':
        return `emails[${written(model.inner, state + 1)}]`;
      case 'there':
        return `${cased(model.name)} ${cased('pr')}`;
      default:
        return `${cased(model.name)} ${cased(model.op)} ${JSON.stringify(model.value)}`;
    }
  })();
  const needs = (model.kind === 'either' && within > 1) || flip();
  return needs ? `(${text})` : text;
}

const leavesOf = (model: Model): readonly string[] => {
  if ('left' in model) return [...leavesOf(model.left), ...leavesOf(model.right)];
  if (model.kind === 'opposite') return leavesOf(model.inner);
  if (model.kind === 'some') return ['emails'];
  return [model.name];
};
