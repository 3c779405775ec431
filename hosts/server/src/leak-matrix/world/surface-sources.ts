import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadCommands } from '@sextant/kernel';
import { outboundEventTypes } from '@sextant/plugin-outbound-webhooks/api';
import { builtinPlugins } from '@sextant/preset';
import { core } from '@sextant/sdk';
import type { TestKernel } from '@sextant/sdk/testing';
import { buildSchema } from 'graphql';
import type { SurfaceSources } from '../surfaces.js';

const COMMANDS = join(import.meta.dirname, '../../../../cli/src/commands');

/** What a running Sextant says of its own surfaces. */
export async function surfaceSources({ kernel }: TestKernel): Promise<SurfaceSources> {
  const ofPlugins = await loadCommands(builtinPlugins, (plugin, error) => {
    throw new Error(`the commands of ${plugin} cannot be read`, { cause: error });
  });
  const own = readdirSync(COMMANDS).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return {
    schema: buildSchema(kernel.graphql.sdl()),
    nodeKinds: kernel.points.list(core.nodes).map(({ value }) => value.kind),
    routes: kernel.http.routes,
    events: kernel.points.list(outboundEventTypes).map(({ value }) => value.key),
    commands: [...own.map((file) => file.slice(0, -'.ts'.length)), ...ofPlugins.map(({ command }) => command.name)],
  };
}
