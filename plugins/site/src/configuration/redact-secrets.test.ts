import { z } from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsoncDocument } from '../jsonc/jsonc-document.js';
import { redactSecrets, restoreSecrets, secretsOf } from './redact-secrets.js';

const schema = z.object({
  mail: z.object({ host: z.string(), pin: z.string().meta({ secret: true }) }).optional(),
  providers: z.array(z.object({ type: z.string(), pin: z.string().meta({ secret: true }).optional() })).default([]),
});
const isSecret = secretsOf([schema]);
const redact = (text: string): string => redactSecrets(JsoncDocument.parse(text), isSecret);
const restore = (edited: string, stored: string): unknown =>
  JSON.parse(JSON.stringify(restoreSecrets(JsoncDocument.parse(edited), JsoncDocument.parse(stored), isSecret).value));

describe('redacting secrets', () => {
  it.each([
    ['{"mail": {"host": "a", "pin": "1234"}} // note', '{"mail": {"host": "a", "pin": "REDACTED"}} // note'],
    [
      '{"providers": [{"type": "x", "pin": "1"}, {"type": "y", "pin": "2"}]}',
      '{"providers": [{"type": "x", "pin": "REDACTED"}, {"type": "y", "pin": "REDACTED"}]}',
    ],
    [
      '{"of.nobody": {"clientSecret": "1", "apiKey": "2", "password": "", "secretive": "no"}}',
      '{"of.nobody": {"clientSecret": "REDACTED", "apiKey": "REDACTED", "password": "", "secretive": "no"}}',
    ],
    ['{"tokens": ["a"], "accessToken": ["b"]}', '{"tokens": ["a"], "accessToken": ["REDACTED"]}'],
    ['{"password": "first", "password": "second"}', '{"password": "REDACTED", "password": "REDACTED"}'],
  ])('%s becomes %s (row 22)', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('keeps the stored secret where the text says so, and takes a new one where it is written', () => {
    const stored = '{"mail": {"host": "a", "pin": "1234"}, "password": "old"}';
    expect(restore('{"mail": {"host": "b", "pin": "REDACTED"}, "password": "new"}', stored)).toEqual({
      mail: { host: 'b', pin: '1234' },
      password: 'new',
    });
  });

  it('follows the elements of a list when they are moved', () => {
    const stored = '{"providers": [{"type": "x", "pin": "1"}, {"type": "y", "pin": "2"}]}';
    expect(restore('{"providers": [{"type": "y", "pin": "REDACTED"}, {"type": "x", "pin": "REDACTED"}]}', stored)).toEqual({
      providers: [
        { type: 'y', pin: '2' },
        { type: 'x', pin: '1' },
      ],
    });
  });

  it.each([
    ['a new place', '{"password": "REDACTED"}', '{}'],
    ['a new element', '{"providers": [{"type": "z", "pin": "REDACTED"}]}', '{"providers": [{"type": "x", "pin": "1"}]}'],
    [
      'elements that nothing tells apart',
      '{"providers": [{"type": "x", "pin": "REDACTED"}]}',
      '{"providers": [{"type": "x", "pin": "1"}, {"type": "x", "pin": "2"}]}',
    ],
  ])('refuses to guess the secret of %s', (_case, edited, stored) => {
    expect(() => restore(edited, stored)).toThrow(expect.objectContaining({ code: 'SEXTANT_SITE_CONFIGURATION_REDACTED' }));
  });

  it('gives back what was stored when a redacted text is saved unchanged', () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9 "\\]{1,20}$/).filter((text) => text !== 'REDACTED');
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('password', 'a', 'mail', 'clientSecret'),
          fc.oneof(secret, fc.record({ token: secret, n: fc.integer() })),
        ),
        (object) => {
          const text = JSON.stringify(object);
          expect(restoreSecrets(JsoncDocument.parse(redact(text)), JsoncDocument.parse(text), isSecret).text).toBe(text);
        },
      ),
    );
  });
});
