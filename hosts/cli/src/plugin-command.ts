import type { PluginCommand } from '@sextant/kernel';
import { SextantError, z } from '@sextant/sdk';
import type { Command } from 'commander';
import './cli-errors.js';
import { commandOutput } from './output.js';
import { type KernelChoice, kernelOptions, withKernel } from './with-kernel.js';

const GROUP = 'Commands: ';

/** Adds a plugin's command: its name's words become nested commands, its schema the options. */
export function addPluginCommand(root: Command, { plugin, command }: PluginCommand, done: (code: number) => void): void {
  const words = command.name.split(' ');
  const last = words.pop() as string;
  const parent = words.reduce<Command>((at, word) => at.commands.find((c) => c.name() === word) ?? at.command(word), root);
  const shape = (command.arguments as z.ZodObject).shape as Readonly<Record<string, z.ZodType>>;
  const added = parent.command(last).description(command.summary);
  // A group that plugins alone fill is described by what is in it.
  if (parent !== root && (parent.description() === '' || parent.description().startsWith(GROUP)))
    parent.description(`${GROUP}${parent.commands.map((one) => one.name()).join(', ')}.`);
  const positional = Object.keys(shape).filter((key) => (shape[key]?.meta() as { positional?: boolean } | undefined)?.positional);
  for (const key of positional)
    added.argument(isOptional(shape[key]) ? `[${kebab(key)}]` : `<${kebab(key)}>`, shape[key]?.description ?? '');
  for (const [key, schema] of Object.entries(shape)) {
    if (positional.includes(key)) continue;
    const kind = baseOf(schema);
    added.option(
      kind instanceof z.ZodBoolean
        ? `--${kebab(key)}`
        : kind instanceof z.ZodArray
          ? `--${kebab(key)} <value...>`
          : `--${kebab(key)} <value>`,
      schema.description ?? '',
    );
  }
  for (const [flags, text] of kernelOptions) if (!added.options.some((o) => o.long === flags.split(' ')[0])) added.option(flags, text);
  added.action(async (...given: unknown[]) => {
    const options = given[positional.length] as Record<string, unknown> & KernelChoice;
    const raw: Record<string, unknown> = Object.fromEntries(positional.map((key, i) => [key, given[i]]));
    for (const key of Object.keys(shape)) if (!positional.includes(key) && options[key] !== undefined) raw[key] = options[key];
    const parsed = (command.arguments as z.ZodObject).safeParse(
      Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, typed(shape[key], value)])),
    );
    if (!parsed.success) {
      throw new SextantError('SEXTANT_CLI_USAGE', {
        what: 'An argument is wrong.',
        why: parsed.error.issues
          .map(({ path, message }) => `${positional.includes(String(path[0])) ? '' : '--'}${kebab(path.join('.'))}: ${message}`)
          .join('; '),
        fix: `See sextant ${command.name} --help.`,
      });
    }
    done(
      await withKernel(options, (kernel, signal) =>
        kernel.command(plugin, command.name, parsed.data, commandOutput(root.opts().json === true), signal),
      ),
    );
  });
}

const kebab = (key: string): string => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** The schema behind optionals and defaults. */
function baseOf(schema: z.ZodType | undefined): z.ZodType | undefined {
  const inner = (schema as { def?: { innerType?: z.ZodType } } | undefined)?.def?.innerType;
  return inner ? baseOf(inner) : schema;
}

const isOptional = (schema: z.ZodType | undefined): boolean => schema?.safeParse(undefined).success ?? true;

const typed = (schema: z.ZodType | undefined, value: unknown): unknown =>
  baseOf(schema) instanceof z.ZodNumber && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
