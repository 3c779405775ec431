import { unauditedThenAudited } from '@sextant/plugin-identity/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADirectory, aPerson } from './testing/a-directory.js';

const GROUP = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'] };
let directory: ADirectory;
beforeAll(async () => {
  directory = await ADirectory.start();
});

let number = 0;
const replace = (...values: readonly [path: string, value: unknown]): object => ({ op: 'replace', path: values[0], value: values[1] });

/** Each: makes what is needed, and gives the change. */
const CHANGES: readonly (readonly [string, () => Promise<() => Promise<unknown>>])[] = [
  [
    'a person',
    async () => {
      const person = aPerson();
      return () => directory.ask('POST', 'Users', person);
    },
  ],
  [
    'another name and address of a person',
    async () => {
      const { id } = await directory.made('Users', aPerson());
      const next = aPerson();
      return () => directory.ask('PUT', `Users/${id}`, next);
    },
  ],
  [
    'the deactivation of a person',
    async () => {
      const { id } = await directory.made('Users', aPerson());
      return () => directory.patch(`Users/${id}`, replace('active', false));
    },
  ],
  [
    'the return of a person',
    async () => {
      const { id } = await directory.made('Users', aPerson());
      await directory.patch(`Users/${id}`, replace('active', false));
      return () => directory.patch(`Users/${id}`, replace('active', true));
    },
  ],
  [
    'the end of a person',
    async () => {
      const { id } = await directory.made('Users', aPerson());
      return () => directory.ask('DELETE', `Users/${id}`);
    },
  ],
  [
    'a group',
    async () => {
      const group = { ...GROUP, displayName: `group-${++number}` };
      return () => directory.ask('POST', 'Groups', group);
    },
  ],
  [
    'another name of a group',
    async () => {
      const { id } = await directory.made('Groups', { ...GROUP, displayName: `group-${++number}` });
      return () => directory.patch(`Groups/${id}`, replace('displayName', `renamed-${number}`));
    },
  ],
  [
    'the end of a group',
    async () => {
      const { id } = await directory.made('Groups', { ...GROUP, displayName: `group-${++number}` });
      return () => directory.ask('DELETE', `Groups/${id}`);
    },
  ],
];

describe('while nothing can be written to the audit log', () => {
  it.each(CHANGES)('%s is refused whole, and done afterwards', async (_what, prepare) => {
    const { refused, done } = await unauditedThenAudited(directory.kernel, ['scim', 'identity'], await prepare());
    expect(refused).toEqual([]);
    expect(done).not.toEqual([]);
  });
});
