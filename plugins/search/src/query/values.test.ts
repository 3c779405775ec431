import { describe, expect, it } from 'vitest';
import { parseTime } from './dates.js';
import { parseGoDuration } from './duration.js';
import { nearest } from './edit-distance.js';
import { languageOf, languagesNamed } from './languages/languages.js';

/** A Wednesday. */
const now = new Date('2024-05-15T12:30:00Z');

describe('a time', () => {
  it.each([
    ['2024-01-31', '2024-01-31T00:00:00.000Z'],
    ['2024/1/31', '2024-01-31T00:00:00.000Z'],
    ['2024-01', '2024-01-01T00:00:00.000Z'],
    ['2024-01-31T10:20:30Z', '2024-01-31T10:20:30.000Z'],
    ['2024-01-31T10:20:30.5+02:00', '2024-01-31T08:20:30.500Z'],
    ['2024-01-31 10:20', '2024-01-31T10:20:00.000Z'],
    ['2024-01-31 1:20pm', '2024-01-31T13:20:00.000Z'],
    ['1136214245', '2006-01-02T15:04:05.000Z'],
    ['@1136214245', '2006-01-02T15:04:05.000Z'],
    ['now', '2024-05-15T12:30:00.000Z'],
    ['today', '2024-05-15T00:00:00.000Z'],
    ['yesterday', '2024-05-14T00:00:00.000Z'],
    ['2 weeks ago', '2024-05-01T12:30:00.000Z'],
    ['2.weeks.ago', '2024-05-01T12:30:00.000Z'],
    ['3 days', '2024-05-12T12:30:00.000Z'],
    ['90 min ago', '2024-05-15T11:00:00.000Z'],
    ['an hour ago', '2024-05-15T11:30:00.000Z'],
    ['two months ago', '2024-03-15T12:30:00.000Z'],
    ['last month', '2024-04-15T12:30:00.000Z'],
    ['1 year ago', '2023-05-15T12:30:00.000Z'],
    ['last friday', '2024-05-10T00:00:00.000Z'],
    ['wednesday', '2024-05-08T00:00:00.000Z'],
    ['january 2024', '2024-01-01T00:00:00.000Z'],
    ['Jan 2, 2024', '2024-01-02T00:00:00.000Z'],
    ['2 Jan 2024 10:00', '2024-01-02T10:00:00.000Z'],
    ['Tue Jan 2 2024', '2024-01-02T00:00:00.000Z'],
    ['may 3rd 2024', '2024-05-03T00:00:00.000Z'],
    ['feb 29 2024', '2024-02-29T00:00:00.000Z'],
    ['november 1', '2023-11-01T00:00:00.000Z'],
    ['3 may', '2024-05-03T00:00:00.000Z'],
    ['may 15th 10:00', '2024-05-15T10:00:00.000Z'],
    ['feb 29', '2024-02-29T00:00:00.000Z'],
    ['1/31/2024', '2024-01-31T00:00:00.000Z'],
    ['01/31/2024 3pm', '2024-01-31T15:00:00.000Z'],
    ['31.01.2024', '2024-01-31T00:00:00.000Z'],
    ['yesterday 10:00', '2024-05-14T10:00:00.000Z'],
    ['yesterday at 10am', '2024-05-14T10:00:00.000Z'],
    ['last friday at 6:30 pm', '2024-05-10T18:30:00.000Z'],
    ['this week', '2024-05-13T00:00:00.000Z'],
    ['this month', '2024-05-01T00:00:00.000Z'],
    ['this year', '2024-01-01T00:00:00.000Z'],
    ['1 week 2 days ago', '2024-05-06T12:30:00.000Z'],
    ['1 year, 2 months and 3 days ago', '2023-03-12T12:30:00.000Z'],
  ])('%s is %s', (text, iso) => expect(parseTime(text, now)?.toISOString()).toBe(iso));

  it('goes back to the last day of a shorter month', () => {
    expect(parseTime('1 month ago', new Date('2024-03-31T00:00:00Z'))?.toISOString()).toBe('2024-02-29T00:00:00.000Z');
  });

  it.each([
    '',
    'soon',
    'never',
    '2024-13-01',
    '2024-02-30',
    'feb 30 2024',
    'jan',
    'ago',
    'weeks ago',
    '99',
    '13/13/2024',
    '31.13.2024',
    '2 days ago 10:00',
    'feb 31',
    'yesterday 25:00',
    'this',
    '1 week 2 ago',
    'last',
    '1e400 days ago',
    '99999999999999999999 years ago',
  ])('%s is none', (text) => expect(parseTime(text, now)).toBeUndefined());
});

describe('a duration', () => {
  it.each([
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['1h0m1s', 3_601_000],
  ])('%s is %d ms', (text, milliseconds) => expect(parseGoDuration(text)).toBe(milliseconds));
  it.each(['', '10', 's', '1d', '-1s', '1s 2s', '1.2.3s'])('%s is none', (text) => expect(parseGoDuration(text)).toBeUndefined());
});

describe('a language', () => {
  it.each([
    ['src/main.go', 'Go'],
    ['a/b.test.ts', 'TypeScript'],
    ['x.tsx', 'TSX'],
    ['x.h', 'C'],
    ['x.hpp', 'C++'],
    ['x.cc', 'C++'],
    ['x.m', 'Objective-C'],
    ['x.pl', 'Perl'],
    ['x.rs', 'Rust'],
    ['x.md', 'Markdown'],
    ['x.yml', 'YAML'],
    ['x.json', 'JSON'],
    ['x.html', 'HTML'],
    ['x.sql', 'SQL'],
    ['x.cs', 'C#'],
    ['x.js', 'JavaScript'],
    ['x.py', 'Python'],
    ['x.rb', 'Ruby'],
    ['x.kt', 'Kotlin'],
    ['x.scala', 'Scala'],
    ['x.swift', 'Swift'],
    ['x.php', 'PHP'],
    ['x.sh', 'Shell'],
    ['X.JAVA', 'Java'],
    ['Makefile', 'Makefile'],
    ['deep/Dockerfile', 'Dockerfile'],
    ['x.html.erb', 'HTML+ERB'],
    ['go.mod', 'Go Module'],
    ['no-extension', undefined],
    ['.hidden', undefined],
    ['x.unheard-of', undefined],
  ])('of %s is %s', (path, language) => expect(languageOf(path)).toBe(language));

  it.each([
    ['go', ['Go']],
    ['golang', ['Go']],
    ['.go', ['Go']],
    ['C++', ['C++']],
    ['cpp', ['C++']],
    ['typescript', ['TypeScript', 'TSX']],
    ['visual basic .net', ['Visual Basic .NET']],
    ['klingon', undefined],
  ])('named %s is %s', (name, languages) => expect(languagesNamed(name)).toEqual(languages));

  it('is found behind a slip of the fingers', () => {
    expect(nearest('pyhton', ['perl', 'python'])).toBe('python');
    expect(nearest('zzzz', ['perl', 'python'])).toBeUndefined();
    expect(nearest('sym', ['commit', 'symbol.class', 'symbol'])).toBe('symbol');
    expect(nearest('s', ['commit', 'symbol'])).toBeUndefined();
  });
});
