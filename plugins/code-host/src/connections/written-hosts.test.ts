import { Secret } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { namesHost } from './written-hosts.js';

describe('what an admin wrote', () => {
  it.each([
    [{ url: 'https://Git.corp.example:8443/base/' }],
    [{ host: 'git.corp.example:29418' }],
    [{ host: 'ssh://git@git.corp.example:2222/' }],
    [{ repos: [{ absolute: { url: 'https://git.corp.example/a.git' } }] }],
  ])('names a host: %j', (config) => {
    expect(namesHost(config, 'git.corp.example')).toBe(true);
  });

  it.each([
    [{ url: 'https://git.corp.example.evil.example/' }],
    [{ url: 'https://evil.example/git.corp.example' }],
    [{ url: 'https://git.corp.example@evil.example/' }],
    [{ token: new Secret('git.corp.example') }],
    [{ repos: ['owner/git.corp.example'] }],
    [null],
    [undefined],
  ])('does not name it: %j', (config) => {
    expect(namesHost(config, 'git.corp.example')).toBe(false);
  });
});
