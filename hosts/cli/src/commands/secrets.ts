import type { SecretsStatus } from '@sextant/kernel';
import type { AddCommand } from '../add-command.js';
import { commandOutput, table } from '../output.js';
import { type KernelChoice, kernelOptions, withKernel } from '../with-kernel.js';

interface SecretsChoice extends KernelChoice {
  readonly ignoreMissing?: boolean;
}

/** What each state of a key is called for people. */
export const KEY_STATES: Readonly<Record<SecretsStatus['keys'][number]['state'], string>> = {
  primary: 'in use',
  old: 'old',
  missing: 'not in the key file',
};

export const secrets: AddCommand = (program, done) => {
  const group = program.command('secrets').description('Commands about the keys that seal stored credentials.');
  const out = () => commandOutput(program.opts().json === true);
  const add = (name: string, description: string) => {
    const command = group.command(name).description(description);
    for (const [flags, text] of kernelOptions) command.option(flags, text);
    return command;
  };
  const changing = (name: string, description: string) =>
    add(name, description).option(
      '--ignore-missing',
      'go on though some values are sealed under a key that is lost; they stay as they are',
    );

  add('status', 'Show how many stored values are sealed under which key.').action(async (options: KernelChoice) => {
    const status = await withKernel(options, (kernel) => kernel.secrets().status(), { start: false });
    out().json(status);
    out().line(
      table(
        ['key', 'state', 'since', 'values'],
        status.keys.map((key) => [key.id, KEY_STATES[key.state], key.createdAt ?? '-', String(key.values)]),
      ),
    );
    const unsealed = status.columns.filter((column) => column.unsealed > 0);
    for (const { plugin, table: name, column, unsealed: n } of unsealed)
      out().note(`${n} ${n === 1 ? 'value' : 'values'} of ${plugin}: ${name}.${column} ${n === 1 ? 'is' : 'are'} not sealed.`);
    done(unsealed.length > 0 || status.keys.some(({ state }) => state === 'missing') ? 1 : 0);
  });
  changing('rotate', 'Make a new key and seal every stored value with it; or bring an interrupted rotation to its end.').action(
    async (options: SecretsChoice) => {
      const rotation = await withKernel(
        options,
        (kernel, signal) =>
          kernel.secrets().rotate({
            signal,
            progress: (text) => out().note(text),
            ...(options.ignoreMissing ? { ignoreMissing: true } : {}),
          }),
        { start: false },
      );
      out().json(rotation);
      out().line(
        rotation.madeKey === undefined
          ? `Brought the rotation to the key ${rotation.primary} to its end: ${sealedAnew(rotation.resealed)}. Run it again for another key.`
          : `The key in use is ${rotation.primary}: ${sealedAnew(rotation.resealed)}. The old keys still open; "sextant secrets drop-old" forgets them.`,
      );
      if (rotation.unreadable > 0)
        out().note(
          `${rotation.unreadable === 1 ? '1 value cannot be opened, and stays as it is: enter this credential' : `${rotation.unreadable} values cannot be opened, and stay as they are: enter these credentials`} again.`,
        );
      done(rotation.unreadable > 0 ? 1 : 0);
    },
  );
  changing('drop-old', 'Forget the old keys, once nothing is sealed under them. Backups from before then no longer open.').action(
    async (options: SecretsChoice) => {
      const dropped = await withKernel(options, (kernel) => kernel.secrets().dropOld({ ignoreMissing: options.ignoreMissing === true }), {
        start: false,
      });
      out().json({ dropped });
      out().line(dropped.length === 0 ? 'There is no old key.' : `Dropped ${dropped.join(', ')}.`);
      done(0);
    },
  );
};

const sealedAnew = (count: number): string => `${count} ${count === 1 ? 'value' : 'values'} sealed anew`;
