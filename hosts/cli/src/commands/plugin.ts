import { join } from 'node:path';
import { z } from '@sextant/sdk';
import type { AddCommand } from '../add-command.js';
import { endpointOf, graphql } from '../endpoint.js';
import { newPlugin } from '../new-plugin.js';
import { checkoutOf, nextSteps } from '../next-steps.js';
import { commandOutput, table } from '../output.js';
import { TEMPLATES } from '../templates/plugin-templates.js';

/** Passed on whole as JSON; these are what the tables read. */
const Status = z.looseObject({
  id: z.string(),
  version: z.string(),
  state: z.string(),
  toggle: z.string(),
  reason: z.string().nullable(),
  processes: z.array(z.looseObject({ instance: z.string(), roles: z.array(z.string()), state: z.string(), reason: z.string().nullable() })),
});
type Status = z.output<typeof Status>;

const FIELDS = 'id version title state toggle phase reason code dependsOn processes { instance roles state phase reason code }';

/** Where a plugin stands otherwise than in the process that answers: `git on host:12 disabled`. */
const elsewhere = ({ state, processes }: Status): string =>
  processes
    .filter((process) => process.state !== state)
    .map(
      (p) =>
        `${p.roles.join('+')} on ${p.instance.split(':').slice(0, 2).join(':')} ${p.state.toLowerCase()}${p.reason ? ` (${p.reason})` : ''}`,
    )
    .join('; ');

export const plugin: AddCommand = (program, done) => {
  const group = program.command('plugin').description('Commands about plugins.');
  const out = () => commandOutput(program.opts().json === true);
  group
    .command('list')
    .description('Show the plugins of a running Sextant, and why each that is not active is not.')
    .option('--endpoint <url>', 'address of the Sextant')
    .action(async (options: { endpoint?: string }) => {
      const { plugins } = await graphql(endpointOf(options.endpoint), `{ plugins { ${FIELDS} } }`, z.object({ plugins: z.array(Status) }));
      out().json(plugins);
      out().line(
        table(
          ['plugin', 'version', 'state', 'switch', 'reason', 'elsewhere'],
          plugins.map((p) => [
            p.id,
            p.version,
            p.state.toLowerCase(),
            p.toggle.toLowerCase().replace('_', '-'),
            p.reason ?? '',
            elsewhere(p),
          ]),
        ),
      );
      done(0);
    });
  for (const [verb, field] of [
    ['enable', 'enablePlugin'],
    ['disable', 'disablePlugin'],
  ] as const) {
    const command = group
      .command(verb)
      .description(`${verb === 'enable' ? 'Switch on' : 'Switch off'} a plugin of a running Sextant.`)
      .argument('<id>')
      .option('--endpoint <url>', 'address of the Sextant');
    if (verb === 'disable') command.option('--cascade', 'also switch off those that need it');
    command.action(async (id: string, options: { endpoint?: string; cascade?: boolean }) => {
      const cascade = verb === 'disable' ? ', cascade: $cascade' : '';
      const query = `mutation Switch($id: ID!${verb === 'disable' ? ', $cascade: Boolean' : ''}) { status: ${field}(id: $id${cascade}) { ${FIELDS} } }`;
      const { status } = await graphql(endpointOf(options.endpoint), query, z.object({ status: Status }), {
        id,
        ...(verb === 'disable' ? { cascade: options.cascade ?? false } : {}),
      });
      out().json(status);
      out().line(`${status.id} is ${status.state.toLowerCase()}${status.reason ? `: ${status.reason}` : ''}`);
      done(verb === 'enable' && status.state !== 'ACTIVE' ? 1 : 0);
    });
  }
  group
    .command('new')
    .description('Write a plugin that builds, tests and runs.')
    .argument('<name>', 'its id, in kebab-case')
    .option('--folder <folder>', 'where to write it; default: a folder of its name')
    .option(
      '--template <template>',
      `what it begins as: ${Object.entries(TEMPLATES)
        .map(([template, { what }]) => `${template} (${what})`)
        .join(', ')}; default: notes`,
    )
    .action((name: string, options: { folder?: string; template?: string }) => {
      const { folder, files, plugins } = newPlugin(name, options);
      out().json({ folder, files });
      out().line(
        [
          `Wrote ${files.length} files to ${folder}.`,
          'Next:',
          ...nextSteps(folder, checkoutOf(join(import.meta.dirname, '..')), {
            plugins,
            userAgent: process.env['npm_config_user_agent'],
          }).map((line) => `  ${line}`),
        ].join('\n'),
      );
      done(0);
    });
};
