// Starts a real Sextant and sends it what the src command line and the other clients of the field send: `npm run check:src`. One line an operation; fails unless all answer rightly.

import { startServer } from './check-src/a-server.mjs';
import { Client } from './check-src/client.mjs';
import { differenceOf, documentedOperations } from './check-src/documented-operations.mjs';
import { operations } from './check-src/operations.mjs';

const parse = (body) => `export function parseNeedle(text: string) {\n  return ${body};\n}\n`;
const server = await startServer({
  alpha: [
    { message: 'Add the parser', files: { 'src/needle.ts': parse('text'), 'README.md': '# Alpha\n' } },
    { message: 'Trim before parsing', files: { 'src/needle.ts': parse('text.trim()') } },
  ],
  beta: [{ message: 'Start', files: Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`${n}.txt`, `needle ${n}\n`])) }],
  gamma: [{ message: 'Start', files: { 'x.txt': 'nothing\n' } }],
});
let passed = 0;
try {
  const world = { ...server, client: new Client(server.url, server.token) };
  await server.until(async () => {
    const indexed = await world.client.graphql('{ repositories(notIndexed: false, notCloned: false) { totalCount } }');
    return indexed.repositories.totalCount === 3;
  });
  for (const [name, check] of Object.entries(operations)) {
    const problem = await check(world).then(
      () => undefined,
      (error) => error,
    );
    if (problem === undefined) passed++;
    console.log(
      problem === undefined ? `ok      ${name}` : `FAILED  ${name}: ${String(problem.message).split('\n').slice(0, 12).join(' ')}`,
    );
  }
  for (const [name, query, expected, holds, variables] of documentedOperations) {
    const difference = differenceOf(await world.client.answer(query, variables), expected, holds);
    if (difference === undefined) passed++;
    console.log(difference === undefined ? `ok      ${name}` : `FAILED  ${name}: ${difference.slice(0, 1_000)}`);
  }
} finally {
  await server.dispose();
}
const total = Object.keys(operations).length + documentedOperations.length;
console.log(`${passed} of ${total}`);
process.exitCode = passed === total ? 0 : 1;
