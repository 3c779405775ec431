import { describe, expect, it } from 'vitest';
import { queryText, truthy } from './route-arguments.js';

const refused = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('the parameters of a search by address', () => {
  it.each([
    ['cm=t', true],
    ['cm=1', true],
    ['cm=TRUE', true],
    ['cm=f', false],
    ['cm=0', false],
    ['cm=', false],
    ['', false],
    ['cm=maybe', 'SEXTANT_SEARCH_ARGUMENT'],
    ['cm=2', 'SEXTANT_SEARCH_ARGUMENT'],
  ])('a flag is yes, no or refused: %s', (text, expected) => {
    expect(refused(() => truthy(new URLSearchParams(text), 'cm'))).toBe(expected);
  });

  it.each([
    ['q=needle', 'needle'],
    ['q=', 'SEXTANT_SEARCH_ARGUMENT'],
    ['q=%20%09', 'SEXTANT_SEARCH_ARGUMENT'],
    ['cm=t', 'SEXTANT_SEARCH_ARGUMENT'],
  ])('a query is text or refused: %s', (text, expected) => {
    expect(refused(() => queryText(new URLSearchParams(text)))).toBe(expected);
  });
});
