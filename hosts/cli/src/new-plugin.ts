import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SextantError } from '@sextant/sdk';
import './cli-errors.js';
import { pluginFiles, TEMPLATES, type TemplateName } from './templates/plugin-templates.js';

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Writes a plugin into a folder that does not exist or is empty. */
export function newPlugin(
  id: string,
  { folder = id, template = 'notes' }: { readonly folder?: string; readonly template?: string } = {},
): { readonly folder: string; readonly files: readonly string[]; readonly plugins: readonly string[] } {
  if (!ID.test(id))
    throw new SextantError('SEXTANT_CLI_USAGE', {
      what: `"${id}" is not a plugin id.`,
      fix: 'Use kebab-case: letters, digits and single dashes, such as todo-counter.',
    });
  if (!isTemplate(template))
    throw new SextantError('SEXTANT_CLI_USAGE', {
      what: `There is no template "${template}".`,
      fix: `Choose one of ${Object.keys(TEMPLATES).join(', ')}.`,
    });
  const target = resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new SextantError('SEXTANT_CLI_USAGE', { what: `The folder ${target} is not empty.`, fix: 'Choose another with --folder.' });
  const files = pluginFiles(id, template);
  for (const [path, text] of Object.entries(files)) {
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return { folder: target, files: Object.keys(files), plugins: TEMPLATES[template].plugins };
}

const isTemplate = (name: string): name is TemplateName => Object.hasOwn(TEMPLATES, name);
