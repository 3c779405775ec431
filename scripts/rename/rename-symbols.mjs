// Renames symbols with the TypeScript language service over the whole tree, tests included, and moves files with their imports:
//   node --max-old-space-size=6000 scripts/rename/rename-symbols.mjs <tree> scripts/rename/language-renames.mjs [--apply]
// Without --apply it prints how many places it would change, and what it did not find. Texts, comments, SDL and docs are not touched.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [tree, mapFile, flag] = process.argv.slice(2);
const require = createRequire(path.join(tree, 'package.json'));
const ts = require('typescript');
const { symbols = [], files = [] } = (await import(path.resolve(mapFile))).default;
const list = execFileSync('git', ['-C', tree, 'ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
  maxBuffer: 1e8,
}).split('\n');
const sources = list.filter((f) => /\.(ts|mts)$/.test(f) && !f.endsWith('.d.ts') && fs.existsSync(path.join(tree, f)));
// package exports → src
const paths = {};
for (const pj of list.filter((f) => /(^|\/)package\.json$/.test(f) && f !== 'package.json')) {
  const dir = path.dirname(pj);
  let p;
  try {
    p = JSON.parse(fs.readFileSync(path.join(tree, pj), 'utf8'));
  } catch {
    continue;
  }
  for (const [k, v] of Object.entries(p.exports ?? {})) {
    const t = typeof v === 'string' ? v : (v.types ?? v.default);
    if (!t) continue;
    for (const cand of [
      t.replace('/dist/', '/src/').replace(/\.d\.ts$|\.js$/, '.ts'),
      t.replace('/dist/', '/').replace(/\.d\.ts$|\.js$/, '.ts'),
    ]) {
      const f = path.join(dir, cand);
      if (fs.existsSync(path.join(tree, f))) {
        paths[p.name + (k === '.' ? '' : k.slice(1))] = [`./${f}`];
        break;
      }
    }
  }
}
const options = {
  ...ts.convertCompilerOptionsFromJson(
    {
      target: 'ES2023',
      lib: ['ES2025', 'ESNext.Array', 'ESNext.Disposable'].map((l) => l),
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      types: ['node'],
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      resolveJsonModule: true,
      noEmit: true,
    },
    tree,
  ).options,
  paths,
  noEmit: true,
};
const abs = sources.map((f) => path.join(tree, f));
const cache = new Map();
const read = (f) => {
  if (!cache.has(f)) cache.set(f, ts.sys.readFile(f));
  return cache.get(f);
};
const host = {
  getScriptFileNames: () => abs,
  getScriptVersion: () => '1',
  getScriptSnapshot: (f) => {
    const t = read(f);
    return t === undefined ? undefined : ts.ScriptSnapshot.fromString(t);
  },
  getCurrentDirectory: () => tree,
  getCompilationSettings: () => options,
  getDefaultLibFileName: (o) => ts.getDefaultLibFilePath(o),
  fileExists: ts.sys.fileExists,
  readFile: read,
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
  realpath: ts.sys.realpath,
};
const service = ts.createLanguageService(host);
const program = service.getProgram();
const edits = new Map(); // file -> Map(start -> {length,text})
const problems = [];
for (const s of symbols) {
  const [container, member] = s.from.includes('.') ? s.from.split('.') : [undefined, s.from];
  let found = 0;
  for (const f of sources) {
    if (s.in && !f.startsWith(s.in)) continue;
    const sf = program.getSourceFile(path.join(tree, f));
    if (!sf?.text.includes(member)) continue;
    const visit = (node) => {
      const name = node.name;
      if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) && name.text === member) {
        const isMember =
          ts.isMethodDeclaration(node) ||
          ts.isMethodSignature(node) ||
          ts.isPropertyDeclaration(node) ||
          ts.isPropertySignature(node) ||
          ts.isGetAccessor(node) ||
          (ts.isParameter(node) && node.modifiers?.length);
        const top =
          ts.isClassDeclaration(node) ||
          ts.isInterfaceDeclaration(node) ||
          ts.isTypeAliasDeclaration(node) ||
          ts.isFunctionDeclaration(node) ||
          ts.isEnumDeclaration(node) ||
          (ts.isVariableDeclaration(node) && node.parent?.parent?.parent?.kind === ts.SyntaxKind.SourceFile);
        let ok = false;
        if (container === undefined)
          ok =
            top ||
            (s.any &&
              (isMember ||
                ts.isVariableDeclaration(node) ||
                ts.isParameter(node) ||
                ts.isBindingElement(node) ||
                ts.isPropertyAssignment(node)));
        else if (isMember) {
          let p = node.parent;
          if (ts.isParameter(node)) p = node.parent.parent;
          while (p && !p.name) p = p.parent;
          ok = container === '*' || p?.name?.text === container;
        }
        if (ok) {
          found++;
          const locs = service.findRenameLocations(sf.fileName, name.getStart(sf), false, false, {
            providePrefixAndSuffixTextForRename: true,
          });
          if (!locs) problems.push(`no rename: ${s.from} in ${f}`);
          for (const l of locs ?? []) {
            if (l.fileName.includes('/node_modules/') || l.fileName.includes('/dist/')) {
              problems.push(`${s.from}: location in ${l.fileName}`);
              continue;
            }
            let m = edits.get(l.fileName);
            if (!m) edits.set(l.fileName, (m = new Map()));
            const prev = m.get(l.textSpan.start);
            const e = { length: l.textSpan.length, text: s.to, prefix: l.prefixText ?? '', suffix: l.suffixText ?? '' };
            if (prev) {
              if (prev.text !== e.text) problems.push(`conflict at ${l.fileName}:${l.textSpan.start} ${prev.text} / ${e.text}`);
              // both sides of a shorthand are renamed alike: keep the shorthand
              if (prev.prefix !== e.prefix || prev.suffix !== e.suffix) {
                prev.prefix = '';
                prev.suffix = '';
              }
            } else m.set(l.textSpan.start, e);
          }
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(sf);
  }
  if (!found) problems.push(`not found: ${s.from}${s.in ? ` in ${s.in}` : ''}`);
}
// files
const moved = new Map(); // abs old → abs new
for (const { from, to } of files) {
  const o = path.join(tree, from);
  if (!fs.existsSync(o)) {
    problems.push(`no file ${from}`);
    continue;
  }
  moved.set(o, path.join(tree, to.includes('/') ? to : path.join(path.dirname(from), to)));
  const t = o.replace(/\.ts$/, '');
  const n = moved.get(o).replace(/\.ts$/, '');
  for (const suf of ['.test.ts', '.int.test.ts', '.e2e.test.ts'])
    if (fs.existsSync(t + suf) && !moved.has(t + suf)) moved.set(t + suf, n + suf);
}
for (const f of abs) {
  const sf = program.getSourceFile(f);
  if (!sf) continue;
  const newHere = moved.get(f) ?? f;
  const fix = (lit) => {
    if (!lit || !ts.isStringLiteralLike(lit) || !lit.text.startsWith('.')) return;
    const target = path.resolve(path.dirname(f), lit.text);
    const cand = target.replace(/\.js$/, '.ts');
    const nt = moved.get(cand) ?? cand;
    if (nt === cand && newHere === f) return;
    if (!fs.existsSync(cand)) return;
    let rel = path.relative(path.dirname(newHere), nt).replace(/\.ts$/, lit.text.endsWith('.js') ? '.js' : '.ts');
    if (!rel.startsWith('.')) rel = `./${rel}`;
    if (rel === lit.text) return;
    let m = edits.get(f);
    if (!m) edits.set(f, (m = new Map()));
    m.set(lit.getStart(sf) + 1, { length: lit.text.length, text: rel, prefix: '', suffix: '' });
  };
  const visit = (n) => {
    if (ts.isImportDeclaration(n) || ts.isExportDeclaration(n)) fix(n.moduleSpecifier);
    else if (ts.isCallExpression(n) && n.expression.kind === ts.SyntaxKind.ImportKeyword) fix(n.arguments[0]);
    else if (ts.isImportTypeNode(n) && ts.isLiteralTypeNode(n.argument)) fix(n.argument.literal);
    else if (ts.isNewExpression(n) && n.expression.getText(sf) === 'URL' && n.arguments?.[0]) fix(n.arguments[0]);
    ts.forEachChild(n, visit);
  };
  visit(sf);
}
let count = 0;
for (const [f, m] of edits) {
  let text = read(f);
  for (const [start, e] of [...m].sort((a, b) => b[0] - a[0])) {
    text = text.slice(0, start) + e.prefix + e.text + e.suffix + text.slice(start + e.length);
    count++;
  }
  if (flag === '--apply') fs.writeFileSync(f, text);
}
if (flag === '--apply')
  for (const [o, n] of moved) {
    fs.mkdirSync(path.dirname(n), { recursive: true });
    execFileSync('git', ['-C', tree, 'mv', o, n]);
  }
console.log(`${count} edits in ${edits.size} files, ${moved.size} files moved`);
for (const p of problems) console.log('PROBLEM', p);
