import type { CommandDefinition, ConfigSchema, Deps, Manifest } from '@sextant/sdk';
import { collectDeclarations } from '../lifecycle/declarations.js';

export interface PluginCommand {
  readonly plugin: string;
  readonly command: CommandDefinition<Deps, ConfigSchema>;
}

/** The commands that plugins add to the program, read from their cli parts; nothing is started. A part that fails adds none. */
export async function loadCommands(
  manifests: readonly Manifest[],
  failed: (plugin: string, error: unknown) => void,
): Promise<readonly PluginCommand[]> {
  const commands: PluginCommand[] = [];
  for (const { id, parts } of manifests) {
    if (!parts.cli) continue;
    try {
      const { default: part } = await parts.cli();
      const declarations = collectDeclarations(id, 'cli', (r) => part.register(r as never));
      commands.push(...declarations.commands.map((command) => ({ plugin: id, command: command as PluginCommand['command'] })));
    } catch (error) {
      failed(id, error);
    }
  }
  return commands.sort((a, b) => (a.command.name < b.command.name ? -1 : 1));
}
