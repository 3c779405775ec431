import { secret, z } from '@sextant/sdk';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { REDACTED, redact, restore } from './redaction.js';

const schema = z.object({
  url: z.string(),
  token: secret().optional(),
  apps: z.array(z.object({ id: z.number(), key: secret() })).default([]),
  headers: z.record(z.string(), secret()).optional(),
  repos: z.array(z.string()).default([]),
});

const SECRET = 'hunter2-hunter2';
const stored = `{
  // where it is
  "url": "https://git.example.com", /* kept */
  "token": "${SECRET}",
  "apps": [{ "id": 7, "key": "${SECRET}-7" }],
  "headers": { "x-auth": "${SECRET}-h" },
  "repos": [
    "https://bob:${SECRET}-url@git.example.com/a", // with a password
    "b",
  ],
}`;

describe('redact', () => {
  it('shows no secret, and keeps comments, layout and all else', () => {
    const shown = redact(stored, schema);
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain('bob');
    expect(shown).toContain('// where it is');
    expect(shown).toContain('/* kept */');
    expect(shown).toContain('// with a password');
    expect(shown.split('\n')).toHaveLength(stored.split('\n').length);
    expect(parse(shown)).toMatchObject({
      url: 'https://git.example.com',
      apps: [{ id: 7, key: REDACTED }],
      repos: ['https://REDACTED@git.example.com/a', 'b'],
    });
  });

  it('hides both of a key that is given twice', () => {
    expect(redact(`{"token":"${SECRET}","token":"${SECRET}"}`, schema)).not.toContain(SECRET);
  });

  it('hides what the schema does not know, and everything when there is no schema', () => {
    expect(redact(`{"tokne":"${SECRET}"}`, schema)).not.toContain(SECRET);
    expect(redact(stored, undefined)).not.toContain(SECRET);
    expect(redact(stored, undefined)).not.toContain('example.com');
  });
});

describe('restore', () => {
  it('gives back exactly what was stored when nothing was edited', () => {
    expect(restore(redact(stored, schema), stored, schema)).toBe(stored);
  });

  it('keeps secrets through any edit of other values and of comments', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const config = fc.record({
      token: fc.string({ minLength: 1 }),
      keys: fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
      repos: fc.array(word, { maxLength: 3 }),
      note: word,
    });
    fc.assert(
      fc.property(config, word, ({ token, keys, repos, note }, newNote) => {
        fc.pre(![token, ...keys].includes(REDACTED));
        const before = `{ // ${note}\n "url": "https://h", "token": ${JSON.stringify(token)}, "apps": ${JSON.stringify(keys.map((key, id) => ({ id, key })))}, "repos": ${JSON.stringify(repos)} }`;
        const edited = redact(before, schema).replace(`// ${note}`, `// ${newNote}`);
        const after = restore(edited, before, schema);
        expect(parse(after)).toEqual(parse(before));
        expect(after).toContain(`// ${newNote}`);
      }),
    );
  });

  it('takes a new secret as it is', () => {
    const edited = redact(stored, schema).replace(`"token": "${REDACTED}"`, '"token": "new"');
    expect(parse(restore(edited, stored, schema))).toMatchObject({ token: 'new', apps: [{ key: `${SECRET}-7` }] });
  });

  it('finds the password of a URL that moved in its list', () => {
    const edited = `{"url":"https://git.example.com","repos":["c","https://REDACTED@git.example.com/a"]}`;
    expect(parse(restore(edited, stored, schema))).toMatchObject({ repos: ['c', `https://bob:${SECRET}-url@git.example.com/a`] });
  });

  it.each([
    ['where there was none', `{"url":"https://git.example.com","apps":[{"id":7,"key":"x"},{"id":8,"key":"${REDACTED}"}]}`],
    ['when the address it is sent to changed (row 20)', `{"url":"https://evil.example.com","token":"${REDACTED}"}`],
    [
      'when the address of a registry changed (row 20)',
      `{"url":"https://git.example.com","registry":"https://evil.example.com","token":"${REDACTED}"}`,
    ],
    [
      'when the address of its API changed (row 20)',
      `{"url":"https://git.example.com","apiURL":"https://evil.example.com","token":"${REDACTED}"}`,
    ],
    ['for a URL of another host (row 20)', `{"url":"https://git.example.com","repos":["https://REDACTED@evil.example.com/a"]}`],
  ])('refuses to guess a secret %s', (_when, edited) => {
    expect(() => restore(edited, stored, schema)).toThrow(expect.objectContaining({ code: 'SEXTANT_CODE_HOST_SECRET_MISSING' }));
  });
});
