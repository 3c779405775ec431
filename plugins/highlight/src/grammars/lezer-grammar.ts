import { type Parser, parseMixed } from '@lezer/common';
import { languageNamed } from '../languages/language-of.js';

const LOADERS: Readonly<Record<string, () => Promise<Parser>>> = {
  cpp: async () => (await import('@lezer/cpp')).parser,
  css: async () => (await import('@lezer/css')).parser,
  go: async () => (await import('@lezer/go')).parser,
  html: loadHtml,
  java: async () => (await import('@lezer/java')).parser,
  javascript: async () => (await import('@lezer/javascript')).parser.configure({ dialect: 'jsx' }),
  json: async () => (await import('@lezer/json')).parser,
  php: loadPhp,
  python: async () => (await import('@lezer/python')).parser,
  rust: async () => (await import('@lezer/rust')).parser,
  sass: async () => (await import('@lezer/sass')).parser.configure({ dialect: 'indented' }),
  scss: async () => (await import('@lezer/sass')).parser,
  tsx: async () => (await import('@lezer/javascript')).parser.configure({ dialect: 'jsx ts' }),
  typescript: async () => (await import('@lezer/javascript')).parser.configure({ dialect: 'ts' }),
  xml: async () => (await import('@lezer/xml')).parser,
  yaml: async () => (await import('@lezer/yaml')).parser,
};

const loaded = new Map<string, Promise<Parser>>();

/** The parser of a grammar. Markdown's knows the languages of the code blocks in this text. */
export function lezerGrammar(id: string, text: string): Promise<Parser> {
  return id === 'markdown' ? loadMarkdown(text) : load(id);
}

function load(id: string): Promise<Parser> {
  const known = loaded.get(id) ?? LOADERS[id]!();
  loaded.set(id, known);
  return known;
}

async function loadHtml(): Promise<Parser> {
  const [{ parser, configureNesting }, script, style] = await Promise.all([import('@lezer/html'), load('javascript'), load('css')]);
  return parser.configure({
    wrap: configureNesting([
      { tag: 'script', parser: script },
      { tag: 'style', parser: style },
    ]),
  });
}

async function loadPhp(): Promise<Parser> {
  const [{ parser }, html] = await Promise.all([import('@lezer/php'), load('html')]);
  return parser.configure({
    wrap: parseMixed((node) => (node.type.isTop ? { parser: html, overlay: ({ name }) => name === 'Text' } : null)),
  });
}

async function loadMarkdown(text: string): Promise<Parser> {
  const { parser, GFM, parseCode } = await import('@lezer/markdown');
  const blocks = new Map<string, Parser>();
  // A parser is asked for code blocks in the middle of its work and cannot wait then.
  for (const [, name] of text.matchAll(/^[ \t>]*(?:`{3,}|~{3,})[ \t]*([\w+#-]{1,40})/gm)) {
    const grammar = languageNamed(name!)?.grammar;
    if (grammar?.kind === 'lezer' && grammar.id !== 'markdown' && !blocks.has(name!)) blocks.set(name!, await load(grammar.id));
  }
  const codeParser = (info: string) => blocks.get(/^[\w+#-]*/.exec(info)![0]) ?? null;
  return parser.configure([GFM, parseCode({ codeParser, htmlParser: (await load('html')) as never })]);
}
