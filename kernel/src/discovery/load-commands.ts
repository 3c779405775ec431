import { type Manifest, partsOf } from '@sextant/sdk';
import { collectDeclarations, type DeclaredCommand } from '../lifecycle/declarations.js';

export interface PluginCommand {
  readonly plugin: string;
  readonly command: DeclaredCommand;
}

/** The commands that plugins add to the program, read from their cli parts; nothing is started. A part that fails adds none. */
export async function loadCommands(
  manifests: readonly Manifest[],
  failed: (plugin: string, error: unknown) => void,
): Promise<readonly PluginCommand[]> {
  const commands: PluginCommand[] = [];
  for (const manifest of manifests) {
    const { id } = manifest;
    try {
      for (const { name, roles, load } of partsOf(manifest, ['cli'])) {
        const { default: part } = await load();
        commands.push(...collectDeclarations(id, { name, roles, part }).commands.map((command) => ({ plugin: id, command })));
      }
    } catch (error) {
      failed(id, error);
    }
  }
  return commands.sort((a, b) => (a.command.name < b.command.name ? -1 : 1));
}
