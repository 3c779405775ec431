import identity from '@sextant/plugin-identity';
import { codeOf } from '@sextant/plugin-identity/testing';
import { at, startTestKernel, TestClock, type TestKernel } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { securityTxt } from './security-txt.js';

const start = (): Promise<TestKernel> => startTestKernel({ plugins: [identity, manifest], clock: new TestClock() });

async function save(kernel: TestKernel, value: unknown): Promise<unknown> {
  const id = at((await kernel.graphql('{site{configuration{id}}}')).data, 'site.configuration.id');
  const input = JSON.stringify({ 'security.txt': value });
  return codeOf(kernel.graphql('mutation($id:Int!,$input:String!){updateSiteConfiguration(lastID:$id,input:$input)}', { id, input }));
}

describe('/.well-known/security.txt', () => {
  it('is there for everybody once the site names a contact, and not before', async () => {
    const kernel = await start();
    expect((await kernel.fetch('/.well-known/security.txt')).status).toBe(404);
    expect(await save(kernel, { contact: ['mailto:security@example.com'] })).toBeUndefined();
    const reply = await kernel.fetch('/.well-known/security.txt', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(await reply.text()).toMatch(
      /^Contact: mailto:security@example\.com\nExpires: \d{4}-\d\d-\d\dT00:00:00Z\nPreferred-Languages: en\n$/,
    );
    await kernel.stop();
  });

  it.each([
    { contact: [] },
    { contact: ['security@example.com'] },
    { contact: ['http://example.com/report'] },
    { contact: ['mailto:a@example.com\nEncryption: https://evil.example'] },
    { contact: ['mailto:a@example.com'], policy: 'http://example.com' },
    { contact: ['mailto:a@example.com'], preferredLanguages: ['en\nX: y'] },
  ])('is not made of %j', (value) => {
    expect(securityTxt({ 'security.txt': value }, { externalUrl: 'https://s.example.com', now: new Date() })).toBeUndefined();
  });

  it('has all fields of RFC 9116 that it may have', () => {
    const value = {
      contact: ['https://example.com/report', 'tel:+1-201-555-0123'],
      policy: 'https://example.com/p',
      preferredLanguages: ['de', 'en'],
    };
    expect(securityTxt({ 'security.txt': value }, { externalUrl: 'https://s.example.com', now: new Date('2026-12-03T10:00:00Z') })).toBe(
      [
        'Contact: https://example.com/report',
        'Contact: tel:+1-201-555-0123',
        'Expires: 2027-06-01T00:00:00Z',
        'Preferred-Languages: de, en',
        'Canonical: https://s.example.com/.well-known/security.txt',
        'Policy: https://example.com/p',
        '',
      ].join('\n'),
    );
  });
});
