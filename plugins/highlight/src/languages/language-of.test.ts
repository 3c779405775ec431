import { describe, expect, it } from 'vitest';
import { languageNamed, languageOf } from './language-of.js';

describe('the language of a file', () => {
  it.each([
    ['src/a.ts', '', 'TypeScript', 'lezer:typescript'],
    ['a.JS', '', 'JavaScript', 'lezer:javascript'],
    ['x.tar.yml', '', 'YAML', 'lezer:yaml'],
    ['include/a.h', '', 'C', 'lezer:cpp'],
    ['a.cs', '', 'C#', 'textmate:csharp'],
    ['Dockerfile', '', 'Dockerfile', 'textmate:docker'],
    ['deep/Makefile', '', 'Makefile', 'textmate:make'],
    ['run', '#!/usr/bin/env -S python3.12 -u\n', 'Python', 'lezer:python'],
    ['run', '#!/bin/bash\necho\n', 'Shell', 'textmate:shellscript'],
    ['main.rs', '', 'Rust', 'lezer:rust'],
    ['a.unknown', '', 'Plain Text', undefined],
    ['notes.txt', '', 'Plain Text', undefined],
    ['constructor', '', 'Plain Text', undefined],
    ['', '', 'Plain Text', undefined],
  ])('of %j %j is %s', (path, text, name, grammar) => {
    const found = languageOf(path, text);
    expect([found.name, found.grammar && `${found.grammar.kind}:${found.grammar.id}`]).toEqual([name, grammar]);
  });

  it('is found by the names people give it', () => {
    expect(['ts', 'bash', 'c++', 'golang', 'nothing'].map((name) => languageNamed(name)?.name)).toEqual([
      'TypeScript',
      'Shell',
      'C++',
      'Go',
      undefined,
    ]);
  });
});
