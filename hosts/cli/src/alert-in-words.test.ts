import { expect, it } from 'vitest';
import { alertInWords } from './alert-in-words.js';

const title = 'The query cannot be understood';

it('underlines what an alert is about, and proposes what works', () => {
  const proposedQueries = [{ description: 'Remove rev:', query: 'repo:a x' }];
  const problems = [
    { start: 7, end: 11 },
    { start: 12, end: 12 },
  ];
  expect(alertInWords({ title, description: 'One.\nTwo.', proposedQueries, problems }, 'repo:a rev: x')).toBe(
    `${title}\n  repo:a rev: x\n         ^^^^ ^\nOne.\nTwo.\n  Remove rev: repo:a x\n`,
  );
});

it('shows no query where no part of it is meant, and nothing of it that a terminal would obey', () => {
  expect(alertInWords({ title, description: '\u001b[31mred', proposedQueries: [] }, 'x')).toBe(`${title}\n\ufffd[31mred\n`);
  expect(alertInWords({ title, description: '', proposedQueries: [], problems: [{ start: 0, end: 2 }] }, 'a\nb')).toBe(
    `${title}\n  a\ufffdb\n  ^^\n\n`,
  );
});
