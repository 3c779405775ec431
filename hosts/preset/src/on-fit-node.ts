/** The oldest major version of Node.js that has what Sextant is written for. */
const OLDEST = 24;

/**
 * Runs a program where this Node.js can, else says which one it takes: what is loaded later would end in a syntax error.
 * @returns the exit code.
 */
export async function onFitNode(run: () => Promise<number>, version: string = process.versions.node): Promise<number> {
  if (Number.parseInt(version, 10) >= OLDEST) return await run();
  process.stderr.write(
    `Sextant needs Node.js ${OLDEST} or newer; this is ${version}. In a checkout, \`npm start\` and \`npm run -s sextant -- …\` bring the right one.\n`,
  );
  return 1;
}
