import { describe, expect, it } from 'vitest';
import { at, textAt } from './at.js';

const data = { users: { nodes: [{ id: 'VXNlcjox', email: null }, { id: 'VXNlcjoy' }] } };

describe('at', () => {
  it.each([
    ['users.nodes.1.id', 'VXNlcjoy'],
    ['users.nodes.*.id', ['VXNlcjox', 'VXNlcjoy']],
    ['users.nodes.*', data.users.nodes],
    ['users.nodes.0.email', null],
    ['users.totalCount', undefined],
  ])('reads %s', (path, expected) => {
    expect(at(data, path)).toEqual(expected);
  });

  it('names the step that is not there', () => {
    expect(() => at(data, 'users.nodes.0.email.domain')).toThrow('There is no "domain" of "users.nodes.0.email.domain" in null');
    expect(() => at(null, 'users')).toThrow('There is no "users"');
  });
});

it('textAt reads texts only', () => {
  expect(textAt(data, 'users.nodes.0.id')).toBe('VXNlcjox');
  expect(() => textAt(data, 'users.nodes')).toThrow('"users.nodes" is no text');
});
