import type { Contribution } from '@sextant/sdk';
import { afterEach, expect, it } from 'vitest';
import type { LanguageDefinition } from './language-definition.js';
import { broughtLanguages, isCode, languageNames, languageOf, languagesNamed, useLanguages } from './languages.js';

afterEach(() => useLanguages([]));

const refused: string[] = [];
const of = (value: unknown): Contribution<LanguageDefinition> => ({
  plugin: 'test',
  value: value as LanguageDefinition,
  reject: (reason) => void refused.push(reason),
});

it('languages of plugins win over those that are known, as long as the plugin is there', () => {
  const live = [of({ name: 'Brew', aliases: ['Tea'], extensions: ['.brew', '.JS'], fileNames: ['Teapot'] })];
  useLanguages(live);
  expect(['a/b.brew', 'B.BREW', 'Teapot', 'x.js', 'x.ts'].map(languageOf)).toEqual(['Brew', 'Brew', 'Brew', 'Brew', 'TypeScript']);
  expect([languagesNamed('tea'), languagesNamed('brew'), languagesNamed('.brew')]).toEqual([['Brew'], ['Brew'], ['Brew']]);
  expect([...languageNames()]).toContain('tea');
  expect(isCode('Brew')).toBe(true);
  expect(broughtLanguages()).toHaveLength(1);
  live.pop();
  expect(['a/b.brew', 'Teapot', 'x.js'].map(languageOf)).toEqual([undefined, undefined, 'JavaScript']);
  expect(broughtLanguages()).toEqual([]);
});

it('languages that are data or prose are no code', () => {
  useLanguages([of({ name: 'TypeScript', kind: 'data' })]);
  expect(isCode('TypeScript')).toBe(false);
  useLanguages([]);
  expect(isCode('TypeScript')).toBe(true);
});

it('languages that are malformed are refused with the reason, and the others are known', () => {
  const live: Contribution<LanguageDefinition>[] = [];
  const refusing = (value: unknown) => {
    const one: Contribution<LanguageDefinition> = {
      ...of(value),
      reject: (reason) => {
        refused.push(reason);
        live.splice(live.indexOf(one), 1);
      },
    };
    live.push(one);
  };
  for (const value of [
    7,
    { name: ' ' },
    { name: 'A', extensions: ['a'] },
    { name: 'A', aliases: [1] },
    { name: 'A', kind: 'poem' },
    { name: 'Good', extensions: ['.good'] },
  ])
    refusing(value);
  useLanguages(live);
  expect(languageOf('x.good')).toBe('Good');
  expect(refused).toEqual([
    'a language is an object with a name',
    'a language needs a name of 1 to 100 characters',
    'an extension of A does not begin with a dot',
    '"aliases" of A is not a list of texts',
    'the kind of A is programming, markup, data or prose',
  ]);
});
