import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJsonc } from './edit-jsonc.js';
import { describeProblem, JsoncDocument } from './jsonc-document.js';

const problemsOf = (text: string): readonly { line: number; column: number }[] => {
  try {
    JsoncDocument.parse(text);
    return [];
  } catch (error) {
    return (error as { details: { problems: { line: number; column: number }[] } }).details.problems;
  }
};

describe('JSON with comments', () => {
  it.each([
    ['', {}],
    ['  \n', {}],
    ['{}', {}],
    ['// a\n{ /* b */ "a": 1, }', { a: 1 }],
    ['{"a": [1, 2,], "b": {"c": null}}', { a: [1, 2], b: { c: null } }],
  ])('%j is read', (text, value) => {
    expect({ ...JsoncDocument.parse(text).value }).toEqual(value);
  });

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['{\n  "a": tru\n}', 2, 8],
    ['{', 1, 2],
    ['[]', 1, 1],
    ['"text"', 1, 1],
    ['{"a": 1} x', 1, 10],
  ])('%j is refused at its position', (text, line, column) => {
    expect(() => JsoncDocument.parse(text)).toThrow(expect.objectContaining({ code: 'SEXTANT_SITE_JSONC_INVALID' }));
    expect(problemsOf(text)[0]).toMatchObject({ line, column });
  });

  it('is refused when it is nested too deep or too long, before it can exhaust the stack', () => {
    for (const text of [`{"a":${'['.repeat(200_000)}`, `{"a":${'{"a":'.repeat(100_000)}`, `{"a":"${'x'.repeat(1_000_001)}"}`]) {
      expect(() => JsoncDocument.parse(text)).toThrow(expect.objectContaining({ code: 'SEXTANT_SITE_JSONC_INVALID' }));
    }
  });

  it('takes __proto__ for a key like any other', () => {
    const { value } = JsoncDocument.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('names keys that stand twice', () => {
    expect(JsoncDocument.parse('{"a": [{"b": 1,\n "b": 2}]}').repeatedKeys().map(describeProblem)).toEqual([
      'a[0].b (line 2, column 2): the key stands here a second time',
    ]);
  });

  it('never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        try {
          JsoncDocument.parse(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'SEXTANT_SITE_JSONC_INVALID' });
        }
      }),
    );
  });
});

describe('editing JSON with comments', () => {
  const text = '{\n  // why\n  "a": 1,\n  "list": [1, 2], // numbers\n}\n';

  it.each([
    [['a'], 2, '{\n  // why\n  "a": 2,\n  "list": [1, 2], // numbers\n}\n'],
    [['list', 1], 3, '{\n  // why\n  "a": 1,\n  "list": [1, 3], // numbers\n}\n'],
    [['a'], undefined, '{\n  // why\n  "list": [1, 2], // numbers\n}\n'],
    [['list'], undefined, '{\n  // why\n  "a": 1,\n   // numbers\n}\n'],
    [['list', 0], undefined, '{\n  // why\n  "a": 1,\n  "list": [ 2], // numbers\n}\n'],
    [['list', 1], undefined, '{\n  // why\n  "a": 1,\n  "list": [1 ], // numbers\n}\n'],
    [['none'], undefined, '{\n  // why\n  "a": 1,\n  "list": [1, 2], // numbers\n}\n'],
  ] as const)('sets %j to %j and keeps the comments', (path, value, expected) => {
    expect(editJsonc(JsoncDocument.parse(text), path, value).text).toBe(expected);
  });

  it('makes the objects on the way', () => {
    expect(editJsonc(JsoncDocument.parse('{}'), ['a', 'b'], true).value).toEqual({ a: { b: true } });
  });

  it('removes a value and nothing else, whatever stands beside it', () => {
    const key = fc.stringMatching(/^[a-c]{1,2}$/);
    const layout = fc.constantFrom(undefined, 2);
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })), key, layout, (object, name, indent) => {
        const { [name]: _removed, ...rest } = object;
        expect(JSON.parse(editJsonc(JsoncDocument.parse(JSON.stringify(object, null, indent)), [name], undefined).text)).toEqual(
          JSON.parse(JSON.stringify(rest)),
        );
      }),
    );
  });

  it('makes the value at the path the one that was given, whatever was there', () => {
    const key = fc.stringMatching(/^[a-z_.]{1,8}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), key, fc.jsonValue(), (object, name, value) => {
        const before = JsoncDocument.parse(JSON.stringify(object));
        const after = editJsonc(before, [name], value);
        expect(JSON.parse(JSON.stringify(after.value))).toEqual(JSON.parse(JSON.stringify({ ...object, [name]: value })));
      }),
    );
  });
});
