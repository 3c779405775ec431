import { expect, it } from 'vitest';
import { reportInWords } from './why-stale.js';

const now = new Date('2026-01-02T03:04:05Z');
const step = {
  name: 'fetch',
  state: 'OK',
  lastSuccess: null,
  nextTry: null,
  code: null,
  cause: null,
  detail: null,
  fix: null,
  commit: null,
};
const report = { name: 'host/app', verdict: 'FRESH', summary: 'Nothing is stale.', fix: null, steps: [], nearest: [] };

it('shows each step with its times, what is known of those that fail, and once what to do', () => {
  const fix = 'Renew the token.';
  const failing = { ...step, state: 'FAILING', code: 'SEXTANT_X', cause: 'It was refused.', detail: 'remote: no\u001b[2J', fix };
  const steps = [
    { ...step, name: 'connection', lastSuccess: '2026-01-02T01:04:04Z', nextTry: '2026-01-02T03:05:05Z', commit: 'c'.repeat(40) },
    failing,
  ];
  expect(reportInWords({ ...report, verdict: 'STALE', summary: 'fetch: It was refused.', fix, steps }, 'host/app', now)).toBe(
    [
      'host/app is stale. fetch: It was refused.',
      '',
      'STEP        STATE    LAST SUCCESS                    NEXT TRY                       COMMIT        CAUSE',
      'connection  ok       2026-01-02T01:04:04Z (2 h ago)  2026-01-02T03:05:05Z (in 1 m)  cccccccccccc',
      'fetch       failing                                                                               It was refused.',
      '',
      'In detail:',
      '  fetch: SEXTANT_X remote: no\ufffd[2J',
      '',
      'What to do:',
      '  Renew the token.',
    ].join('\n'),
  );
});

it('says when a repository has another name now, and which names are near one that is not there', () => {
  expect(reportInWords(report, 'host/old', now)).toBe('host/old is called host/app now.\nhost/app is fresh. Nothing is stale.');
  const unknown = { ...report, verdict: 'UNKNOWN', summary: 'There is no repository host/ap that you may see.', nearest: ['host/app'] };
  expect(reportInWords({ ...unknown, name: 'host/ap' }, 'host/ap', now)).toBe(
    'host/ap is not there. There is no repository host/ap that you may see.\n\nDid you mean:\n  host/app',
  );
});
