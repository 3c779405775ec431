import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Logs } from './logs.js';

function aLog() {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk).trim());
      done();
    },
  });
  return { lines, logs: new Logs({ level: 'info', format: 'json', destination }) };
}

describe('a log line', () => {
  it('holds each key once, and a field of the caller wins over one that was bound', () => {
    const { lines, logs } = aLog();
    logs.of('kernel').child({ job: 'a' }).info('hello', { plugin: 'search', job: 'b' });
    expect(lines[0]?.match(/"plugin":/g)).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'info', plugin: 'search', job: 'b', message: 'hello' });
  });

  it('hostile row 22: loses what looks like a credential, in the message, the fields and the error', () => {
    const { lines, logs } = aLog();
    const canary = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    logs.of('git').info(`cloning https://${canary}@host/x`, { url: `https://u:${canary}@host`, error: new Error(`bad ${canary}`) });
    expect(lines.join()).not.toContain(canary);
  });

  it.each(['json', 'pretty'] as const)('hostile row 23: drives no terminal, whatever a caller wrote into a header (%s)', (format) => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const userAgent = 'a\u009b2J\u001b[31m\nb\u202ec\u2028\u007f';
    new Logs({ level: 'info', format, destination }).of('identity').info('came', { userAgent });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines.join('').replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    if (format === 'json') expect(JSON.parse(lines.join(''))).toMatchObject({ userAgent });
  });

  it('follows a level that is changed, in loggers that were handed out before', () => {
    const { lines, logs } = aLog();
    const log = logs.of('git');
    log.debug('before');
    logs.setLevel('debug');
    log.debug('after');
    expect(lines).toHaveLength(1);
  });

  it('of the audit log is written whatever the level is', () => {
    const { lines, logs } = aLog();
    logs.setLevel('error');
    logs
      .of('identity')
      .child({ requestId: 'a' })
      .info('user created', { audit: { entity: 'user' } });
    logs.of('identity').info('something else');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"audit":{"entity":"user"}');
  });

  it('is written of whatever is logged, and is bounded', () => {
    const { lines, logs } = aLog();
    // biome-ignore lint/suspicious/noExplicitAny: as from plain JavaScript
    const log = logs.of('git') as any;
    log.info(undefined, { n: 1n });
    log.info('x'.repeat(100_000), { big: 'y'.repeat(100_000) });
    log.info(Object.create(null));
    log.error(new Error('it broke'));
    expect(JSON.parse(lines[0]!)).toMatchObject({ message: 'undefined', n: '1' });
    expect(lines.slice(2).map((line) => JSON.parse(line).message)).toEqual(['an object', 'it broke']);
    expect(lines[1]).toContain('… (100000 characters)');
    expect(lines[1]!.length).toBeLessThan(70_000);
  });
});
