import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '@sextant/config';
import { Kernel, Logs } from '@sextant/kernel';
import { builtinPlugins } from '@sextant/preset';
import { buildSchema, findBreakingChanges, Kind, parse } from 'graphql';

/** The schema as it is served by a Sextant with every built-in plugin on, and nothing else. */
export async function currentSdl() {
  const dataDir = mkdtempSync(join(tmpdir(), 'sextant-docs-'));
  chmodSync(dataDir, 0o711);
  const configuration = await Configuration.load({
    folder: dataDir,
    env: {},
    flags: { dataDir, http: { port: 0 }, plugins: Object.fromEntries(optional().map((id) => [id, { enabled: true }])) },
  });
  const kernel = await Kernel.create({
    builtin: builtinPlugins,
    configuration,
    logs: new Logs({ level: 'error', format: 'json', auditAlways: false }),
  });
  try {
    await kernel.start();
    const down = kernel.switchboard.list().filter(({ state }) => state !== 'active');
    if (down.length > 0) throw new Error(`The schema would be incomplete: ${down.map(({ id, reason }) => `${id}: ${reason}`).join('; ')}`);
    return kernel.graphql.sdl();
  } finally {
    await kernel.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const optional = () => builtinPlugins.filter(({ toggle }) => toggle !== 'always-on').map(({ id }) => id);

/** What clients of the old schema would notice, as sentences. */
export const breakingChanges = (before, after) =>
  findBreakingChanges(buildSchema(before), buildSchema(after)).map(({ type, description }) => `${type}: ${description}`);

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** What is reached from outside, by name or by id, and does not say who may: as sentences. */
export function undeclared(sdl) {
  const silent = ({ directives }) => !directives.some(({ name }) => name.value === 'requires');
  return parse(sdl)
    .definitions.filter(({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION)
    .flatMap((type) => {
      if (ROOTS.has(type.name.value)) return type.fields.filter(silent).map((field) => `${type.name.value}.${field.name.value}`);
      return type.interfaces.some(({ name }) => name.value === 'Node') && silent(type) ? [type.name.value] : [];
    })
    .map((place) => `GraphQL: ${place} does not say who may read it; add @requires`);
}
