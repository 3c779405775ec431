/** Repositories whose text holds what people of several search products asked for. The flags are those of the code host. */
export const GOLDEN_CORPUS: Readonly<
  Record<
    string,
    {
      readonly fork?: true;
      readonly archived?: true;
      readonly private?: false;
      readonly topics?: readonly string[];
      readonly description?: string;
      readonly metadata?: Readonly<Record<string, string | null>>;
      readonly files: Readonly<Record<string, string>>;
    }
  >
> = {
  'github.com/team/alpha': {
    topics: ['go', 'tools'],
    description: 'Tools in Go (first)',
    metadata: { team: 'tools', core: null, 'on-call': 'ada lovelace' },
    files: {
      'main.go':
        'package main\n\nfunc main() {\n\tfoo := bar(1)\n\tif err != nil {\n\t\treturn err\n\t}\n\tfmt.Println(foo, "exact words")\n}\n',
      'foo/bar.go':
        'package foo\n\n// Bar is foo bar baz.\nfunc Bar() string { return "foo" }\nfunc (b *Baz) String() string { return "qux" }\n',
      'foo/bar_test.go': 'package foo\n\nimport "testing"\n\nfunc TestBar(t *testing.T) { foo("x-y", \'q\') }\n',
      'README.md': '# Alpha\n\nSee http://x/path and -http://x too. It\'s "quoted text" (really).\nfoo: bar\nfile:(a|b) is text here\n',
      'go.mod': 'module example.com/alpha\n\ngo 1.22\n',
      'docs/notes.txt': 'TODO later\nTODO: now\n a  b\na b\nab\nfoo  bar\nfoo bar\n(foo bar)\n(\n)\n"\n-\n-foo -1 foo -bar -http://x\n',
    },
  },
  'github.com/team/beta': {
    topics: ['python'],
    description: 'An app in Python',
    metadata: { team: 'apps', 'a:b': 'c' },
    files: {
      'app.py': 'import os\n\ndef main(args):\n    """foo"""\n    print("say \\"hi\\"", args[0])\n    x = {"key": "value"}\n',
      'lib/util.py': 'from typing import Any\n\nclass Needle(object):\n    def find(self, hay): return hay.find("needle")\n',
      'lib/test_util.py': 'def test_needle():\n    assert Needle().find("NEEDLE") is None\n',
      'setup.cfg': '[metadata]\nname = beta\nversion = 1.0\nkey="value"\n',
      Dockerfile: 'FROM python:3\nCMD ["/usr/bin/env", "python", "app.py"]\n',
      'notes/2024 plan.md': '# Plan\n\n* foo and bar\n* foo or baz\n* not foo\n* orange android nothing\n',
    },
  },
  'github.com/other/gamma': {
    private: false,
    files: {
      'src/index.ts':
        "import { foo } from './foo.js';\n\nexport const std = 'std::vector<int>';\nexport function main(): void { foo(std); }\n",
      'src/foo.ts': 'export const foo = (a: string) => a && a.length || !a;\nexport const bar = x->y;\n// @decorator $var %d\n',
      'src/foo.test.ts': "test('foo', () => expect(foo('日本語')).toBe(3));\n// ünïcode ÜNÏCODE\n",
      'src/vec.cpp': '#include <stdio.h>\n#include <vector>\nstd::vector<int> a::b;\nvoid f() { foo(a, b); }\n',
      'package.json': '{ "name": "gamma", "version": "1.0.0" }\n',
      'C/path.txt': 'C:\\path\\to\nfoo\\ bar\nback\\slash\nfoo.bar() { return }\n',
      'long.txt': 'start\n\nmiddle foo\nbar end\nfoo\n\nbar\n',
    },
  },
  'github.com/other/fork': { fork: true, files: { 'forked.txt': 'foo forked needle\n', 'x.go': 'package x // foo\n' } },
  'github.com/other/old': { archived: true, files: { 'old.txt': 'foo archived needle\n' } },
};
