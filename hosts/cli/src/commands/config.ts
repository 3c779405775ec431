import { Configuration, invalid, nearest, type Problem } from '@sextant/config';
import { discover } from '@sextant/kernel';
import { builtinPlugins } from '@sextant/preset';
import { type ConfigSchema, type Manifest, SextantError, z } from '@sextant/sdk';
import type { AddCommand } from '../add-command.js';
import { commandOutput, table } from '../output.js';

const EMPTY: ConfigSchema = z.object({});

export const config: AddCommand = (program, done) => {
  const group = program.command('config').description('Commands about the configuration.');
  group
    .command('explain')
    .description('Show values, where each comes from, and what it wins over. Secrets are hidden.')
    .argument('[key]', 'such as http.port or plugins.git', '')
    .option('--config <file>', 'configuration file')
    .action(async (key: string, options: { config?: string }) => {
      const { configuration, plugins } = await load(options.config);
      const rows = configuration.explain(key, plugins);
      if (rows.length === 0) {
        const known = configuration.explain('', plugins).map((row) => row.key);
        const near = nearest(key, known);
        throw new SextantError('SEXTANT_CLI_USAGE', {
          what: `There is no key "${key}".`,
          fix: `${near === undefined ? '' : `Did you mean ${near}? `}See sextant config explain without a key for all of them.`,
        });
      }
      const out = commandOutput(program.opts().json === true);
      out.json(rows);
      out.line(
        table(
          ['key', 'value', 'source', 'wins over', 'note'],
          rows.map((r) => [
            r.key,
            JSON.stringify(r.value) ?? '',
            r.source,
            r.overridden.map((o) => `${JSON.stringify(o.value)} (${o.source})`).join(', '),
            r.note ?? '',
          ]),
        ),
      );
      done(0);
    });
  group
    .command('validate')
    .description('Check the configuration, all of it, without starting anything.')
    .option('--config <file>', 'configuration file')
    .action(async (options: { config?: string }) => {
      const { configuration, plugins } = await load(options.config, true);
      // Each plugin takes one key; what is left is nobody's, or a second name of one.
      const taken = new Set(plugins.map((plugin) => configuration.keyOf(plugin)));
      const unknown: Problem[] = configuration
        .mentionedPlugins()
        .filter((id) => !taken.has(id))
        .map((id) => {
          const renamed = plugins.find((plugin) => plugin.renamedFrom?.includes(id));
          const near = nearest(
            id,
            plugins.map((plugin) => plugin.id),
          );
          const message = renamed
            ? `"${renamed.id}" is configured under its new name too`
            : `no plugin has this id${near === undefined ? '' : `; did you mean "${near}"?`}`;
          return { path: `plugins.${id}`, message, source: configuration.sourceOf(['plugins', id]) };
        });
      const problems = [...configuration.problems, ...unknown];
      for (const plugin of plugins) {
        const checked = configuration.checkPlugin(plugin.config ?? EMPTY, configuration.keyOf(plugin));
        if ('problems' in checked) problems.push(...checked.problems);
      }
      if (problems.length > 0) throw invalid(problems);
      const out = commandOutput(program.opts().json === true);
      out.json({ valid: true, file: configuration.file ?? null });
      out.line(`The configuration is sound${configuration.file ? ` (${configuration.file})` : ''}.`);
      done(0);
    });
};

async function load(
  file: string | undefined,
  tolerant = false,
): Promise<{ readonly configuration: Configuration; readonly plugins: readonly Manifest[] }> {
  const configuration = await Configuration.load({
    folder: process.cwd(),
    env: process.env,
    tolerant,
    ...(file === undefined ? {} : { file }),
  });
  const { pluginPackages, pluginPaths } = configuration.process;
  const found = await discover({
    builtin: builtinPlugins,
    packages: pluginPackages,
    folders: pluginPaths,
    from: configuration.pluginFolder,
  });
  for (const { problem } of found) if (problem) throw problem;
  return { configuration, plugins: found.map((d) => d.manifest) };
}
