import type { AddCommand } from '../add-command.js';
import { commandOutput, table } from '../output.js';
import { type KernelChoice, kernelOptions, withKernel } from '../with-kernel.js';

export const database: AddCommand = (program, done) => {
  const group = program.command('db').description('Commands about the database.');
  const out = () => commandOutput(program.opts().json === true);
  const add = (name: string, description: string, args = '') => {
    const command = group.command(`${name}${args}`).description(description);
    for (const [flags, text] of kernelOptions) command.option(flags, text);
    return command;
  };

  add('status', 'Show the schema of each plugin: what was applied, what is pending.').action(async (options: KernelChoice) => {
    const rows = await withKernel(options, (kernel) => kernel.database().status(), { start: false });
    out().json(rows);
    out().line(
      table(
        ['plugin', 'schema', 'applied', 'pending', 'ahead'],
        rows.map((r) => [
          r.plugin,
          r.schema,
          String(r.applied.length),
          r.pending.join(', ') || '-',
          r.ahead.map((a) => a.name).join(', ') || '-',
        ]),
      ),
    );
    done(rows.some((r) => r.ahead.some((a) => a.breaking)) ? 1 : 0);
  });
  add('plan', 'Show what would be migrated, in order, and change nothing.').action(async (options: KernelChoice) => {
    const rows = (await withKernel(options, (kernel) => kernel.database().status(), { start: false })).flatMap((r) =>
      r.pending.map((name) => ({ plugin: r.plugin, name })),
    );
    out().json(rows);
    out().line(
      rows.length === 0
        ? 'Nothing is pending.'
        : table(
            ['plugin', 'migration'],
            rows.map((r) => [r.plugin, r.name]),
          ),
    );
    done(0);
  });
  add('migrate', 'Bring the schema of every plugin up to date.').action(async (options: KernelChoice) => {
    const applied = await withKernel(options, (kernel) => kernel.database().migrate(), { start: false });
    out().json(applied);
    out().line(
      applied.length === 0
        ? 'Everything is up to date.'
        : table(
            ['plugin', 'migration'],
            applied.map((r) => [r.plugin, r.name]),
          ),
    );
    done(0);
  });
  add(
    'export',
    'Write everything the database holds to one file: the backup of the embedded database, and the way to another.',
    ' <file>',
  ).action(async (file: string, options: KernelChoice) => {
    const digest = await withKernel(
      options,
      (kernel, signal) => kernel.database().export(file, { signal, progress: (text) => out().note(text) }),
      { start: false },
    );
    out().json({ file, ...digest });
    out().line(`Wrote ${file}: ${rowsOf(digest)} rows, content ${digest.sha256}.`);
    done(0);
  });
  add('import', 'Read such a file into an empty database.', ' <file>').action(async (file: string, options: KernelChoice) => {
    const digest = await withKernel(
      options,
      (kernel, signal) => kernel.database().import(file, { signal, progress: (text) => out().note(text) }),
      { start: false },
    );
    out().json({ file, ...digest });
    out().line(`Read ${file}: ${rowsOf(digest)} rows, content ${digest.sha256}.`);
    done(0);
  });
  add('purge', 'Delete the data of one plugin: its schema, its jobs. Nothing else does.', ' <plugin>')
    .option('--yes', 'do it; without, only say what would be deleted')
    .action(async (plugin: string, options: KernelChoice & { yes?: boolean }) => {
      if (!options.yes) {
        out().note(`This deletes everything that "${plugin}" has stored. Say --yes to do it.`);
        return done(2);
      }
      const existed = await withKernel(options, (kernel) => kernel.database().purge(plugin), { start: false });
      out().json({ plugin, purged: existed });
      out().line(existed ? `The data of "${plugin}" is deleted.` : `"${plugin}" had stored nothing.`);
      done(0);
    });
};

const rowsOf = (digest: { readonly tables: readonly { readonly rows: number }[] }): number =>
  digest.tables.reduce((sum, { rows }) => sum + rows, 0);
