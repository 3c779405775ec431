import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml } from './escape-html.js';
import { LineWriter, plainLines } from './line-writer.js';

const write = (text: string, spans: readonly (readonly [number, number, string])[], longest = Number.POSITIVE_INFINITY) => {
  const writer = new LineWriter(text, longest);
  for (const span of spans) writer.span(...span);
  return writer.finish();
};

/** What a browser shows of a fragment. */
const shown = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('escaping', () => {
  it('row 8: leaves no markup alive', () => {
    expect(escapeHtml(`<script>alert("1" & '2')</script>`)).toBe('&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;');
  });

  it('row 5: shows marks of direction instead of obeying them, one unit wide', () => {
    const html = escapeHtml('a\u202Eb\u2066\u200F');
    expect(html).not.toMatch(/[\u202E\u2066\u200F]/);
    expect(html).toContain('title="U+202E"');
    expect(shown(html)).toBe('a\uFFFDb\uFFFD\uFFFD');
  });

  it('shows control characters by their pictures and keeps tabs', () => {
    expect(escapeHtml('a\tb\u0000\u001B\r\u007F')).toBe('a\tb\u2400\u241B\u240D\u2421');
  });
});

describe('lines', () => {
  it('closes a span at the end of a line and opens it again', () => {
    expect(write('x /* a\r\nb */ y\n', [[2, 12, 'tok-comment']])).toEqual([
      'x <span class="tok-comment">/* a</span>',
      '<span class="tok-comment">b */</span> y',
    ]);
  });

  it.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['\n\na', ['', '', 'a']],
    ['a\r\n\r\n', ['a', '']],
  ])('counts the lines of %j as git blobs do', (text, lines) => {
    expect(plainLines(text)).toEqual(lines);
    expect(write(text, [])).toEqual(lines);
    expect(write(text, [[0, text.length, '']])).toEqual(lines);
  });

  it('leaves long lines plain, and only those', () => {
    expect(
      write(
        'let a\nlet bcdefgh\n',
        [
          [0, 3, 'k'],
          [6, 9, 'k'],
        ],
        8,
      ),
    ).toEqual(['<span class="k">let</span> a', 'let bcdefgh']);
  });

  it('shows every text unchanged, however it is cut into spans', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r\n', '<', '&', '"', 'é', '😀', '\t'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(80)), (source, cuts) => {
        const at = [...new Set(cuts.filter((cut) => cut < source.length))].sort((a, b) => a - b);
        const spans = at.slice(1).map((to, index) => [at[index]!, to, index % 2 ? 'tok-a' : 'tok-b'] as const);
        const lines = write(source, spans);
        expect(lines.map(shown)).toEqual(plainLines(source).map(shown));
        for (const line of lines) expect(line.split('<span').length).toBe(line.split('</span>').length);
      }),
    );
  });
});
