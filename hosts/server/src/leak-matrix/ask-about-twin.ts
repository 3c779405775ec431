import { difference, type Failure, type MatrixResult, shown } from './matrix.js';
import type { Row } from './row.js';
import type { Target } from './target.js';
import { grantTo, type World } from './world/a-world.js';

/**
 * Asks the one who has path rules about amber, and about its twin, in which the files that the rules hide never were. Both look alike, to the last count:
 * but for hashes, times and bytes, which are those of different commits.
 */
export async function askAboutTwin(rows: readonly Row[], world: World): Promise<MatrixResult> {
  const failures: Failure[] = [];
  const asked = rows.filter(({ twin, spoils, forAdmins }) => twin !== false && !spoils && !forAdmins);
  const ask = async (row: Row, key: 'amber' | 'azure'): Promise<string> => {
    grantTo(world, 'ruled', [key]);
    return alike(shown(await row.ask(world.askers.ruled, world.repositories[key]), world.repositories[key]), world.repositories[key]);
  };
  for (const row of asked) {
    let [here, there] = [await ask(row, 'amber'), await ask(row, 'azure')];
    for (let tries = 1; here !== there && tries < 3; tries++) {
      // Questions before may have set off a fetch, whose state is shown while it is under way.
      await world.kernel.jobs.drain();
      [here, there] = [await ask(row, 'amber'), await ask(row, 'azure')];
    }
    if (here !== there)
      failures.push({ row: row.name, asker: 'ruled', target: 'amber', problem: 'differs', detail: difference(here, there) });
  }
  grantTo(world, 'ruled', ['amber']);
  return { cells: asked.length, failures };
}

const alike = (text: string, { key, id }: Target): string =>
  text
    .replaceAll(key, '<key>')
    .replaceAll(/"id":"[\w=]+"/g, '"id":"<id>"')
    .replaceAll(`"repositoryID":${id}`, '"repositoryID":0')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/(?<=byteSize":"?|Bytes":"?)\d+/gi, '<bytes>')
    .replaceAll(/\b[0-9a-f]{7,40}\b/g, '<hash>');
