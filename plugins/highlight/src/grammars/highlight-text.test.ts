import { bundledLanguages } from 'shiki/langs';
import { describe, expect, it } from 'vitest';
import { languageOf } from '../languages/language-of.js';
import { LANGUAGE_TABLE } from '../languages/language-table.js';
import { highlightText } from './highlight-text.js';
import { lezerGrammar } from './lezer-grammar.js';

const highlight = (path: string, text: string, highlightLongLines = false) =>
  highlightText({ text, language: languageOf(path, text), highlightLongLines });

describe('highlighting', () => {
  it.each([
    ['a.ts', 'const x: number = 1; // one', ['<span class="tok-keyword">const</span>', 'tok-typeName">number', 'tok-comment">// one']],
    ['a.tsx', 'const x = <b title="t">{y as string}</b>;', ['tok-typeName">b', 'tok-typeName">string']],
    ['a.js', 'return /a+b/', ['tok-keyword">return', 'tok-string2">/a+b/']],
    ['a.py', 'def f(): return None', ['tok-keyword">def', 'tok-keyword">None']],
    ['a.java', 'class A { int x = 1; }', ['tok-keyword">class', 'tok-number">1']],
    ['a.cpp', 'int main() { return 0; }', ['tok-keyword">return', 'tok-number">0']],
    ['a.rs', 'fn main() { let x = "s"; }', ['tok-keyword">fn', 'tok-string">&quot;s&quot;']],
    ['a.go', 'package main // x', ['tok-keyword">package', 'tok-comment">// x']],
    ['a.php', '<p><?php echo 1; ?></p>', ['tok-typeName">p', 'tok-keyword">echo']],
    ['a.css', 'a { color: #fff; }', ['tok-propertyName">color']],
    ['a.scss', '$a: 1px; a { b { c: $a } }', ['tok-variableName', 'tok-number">1']],
    ['a.html', '<style>a{b:c}</style><script>let x</script>', ['tok-propertyName">b', 'tok-keyword">let']],
    ['a.json', '{"a": true}', ['tok-propertyName', 'tok-bool">true']],
    ['a.svg', '<svg a="b"/>', ['tok-typeName">svg']],
    ['a.yml', 'a: b # c', ['tok-comment"># c']],
    ['a.md', '# T\n```ts\nlet x = 1\n```\n', ['tok-heading', 'tok-keyword">let']],
    ['a.sh', 'if true; then echo "x"; fi # c', ['tok-keyword">if', 'tok-string">&quot;x&quot;', 'tok-comment"># c']],
    ['a.rb', 'def a; 1; end', ['tok-keyword">def', 'tok-number">1', 'tok-definition">a']],
    ['a.kt', 'fun a(): Int = 1', ['tok-keyword">fun', 'tok-number">1']],
    ['a.cs', 'class A { string b = "c"; }', ['tok-keyword">class', 'tok-string">&quot;c&quot;']],
    ['a.sql', 'SELECT 1 -- c', ['tok-keyword">SELECT', 'tok-comment">-- c']],
    ['a.toml', 'a = "b" # c', ['tok-string">&quot;b&quot;', 'tok-comment"># c']],
  ])('knows the words of %s', async (path, text, parts) => {
    const html = (await highlight(path, text)).join('\n');
    for (const part of parts) expect(html).toContain(part);
  });

  it('has a grammar for every language of the table', async () => {
    const grammars = [...new Set(LANGUAGE_TABLE.split('\n').map((row) => row.split('|')[1]!))];
    expect(grammars.length).toBeGreaterThan(180);
    for (const [kind, id] of grammars.map((grammar) => grammar.split(':') as [string, string]))
      if (kind === 'lezer') expect(await lezerGrammar(id, '')).toBeDefined();
      else expect(bundledLanguages).toHaveProperty([id]);
  });

  it('carries a comment or string over lines in both kinds of grammar', async () => {
    expect(await highlight('a.ts', '/* a\nb */\n')).toEqual([
      '<span class="tok-comment">/* a</span>',
      '<span class="tok-comment">b */</span>',
    ]);
    expect(await highlight('a.lua', '--[[ a\r\nb ]]\r\n')).toEqual([
      '<span class="tok-comment">--[[ a</span>',
      '<span class="tok-comment">b ]]</span>',
    ]);
  });

  it('rows 5, 7 and 8: lets nothing through, whatever the language', async () => {
    const text = '<script>alert(1)</script><img src=x onerror=\'alert("1")\'>\u202E// \u2066\n';
    for (const path of ['a.html', 'a.md', 'a.svg', 'a.js', 'a.php', 'a.vue', 'a.sh', 'a.txt', 'a.ipynb']) {
      const html = (await highlight(path, text)).join('');
      expect(html.replace(/<span class="tok-[\w -]+"(?: title="U\+[0-9A-F]{4}")?>|<\/span>/g, '')).not.toMatch(/[<>"'\u202E\u2066]/);
    }
  });

  it('leaves long lines plain unless it is asked for them', async () => {
    const text = `let a = "${'x'.repeat(2_000)}";\nlet b\n`;
    for (const path of ['a.ts', 'a.lua']) {
      expect((await highlight(path, text.replaceAll('let', path === 'a.ts' ? 'let' : 'local')))[0]).not.toContain('<span');
      expect((await highlight(path, text.replaceAll('let', path === 'a.ts' ? 'let' : 'local'), true))[0]).toContain('<span');
    }
  });
});
