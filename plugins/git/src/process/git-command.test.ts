import { RevSpec } from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALLOWED } from './allowed-options.js';
import { gitArguments } from './git-command.js';

const HOSTILE = [
  '--upload-pack=touch x',
  '-c',
  '--output=/x',
  '--config',
  '--exec=id',
  '-oProxyCommand=id',
  '--no-index',
  '-',
  'PROTOCOL.ALLOW=always',
  'protocol.ext.allow=always',
  '-c protocol.allow=always',
  '',
  'a\0b',
];

describe('row 1: options in the place of revisions', () => {
  it.each(HOSTILE)('refuses %j as a revision, before git runs', (text) => {
    expect(RevSpec.is(text)).toBe(false);
  });

  it.each(HOSTILE.filter((text) => text === '' || text.startsWith('-') || text.includes('\0')))(
    'refuses %j as an argument of every command',
    (text) => {
      for (const subcommand of Object.keys(ALLOWED)) {
        expect(() => gitArguments({ subcommand, operands: [text] }), subcommand).toThrow(
          expect.objectContaining({ code: 'SEXTANT_GIT_ARGUMENT_REFUSED' }),
        );
      }
    },
  );

  it.each(['--upload-pack=x', '-c', '--output=/x', '--exec=x', '--config', '--open-files-in-pager=x'])(
    'lists the option %s for no command',
    (option) => {
      for (const subcommand of Object.keys(ALLOWED)) {
        expect(() => gitArguments({ subcommand, options: [option] }), subcommand).toThrow(
          expect.objectContaining({ code: 'SEXTANT_GIT_ARGUMENT_REFUSED' }),
        );
      }
    },
  );

  it.each(['upload-pack', 'clone', 'push', 'grep', '-c', 'constructor', '__proto__', ''])('does not call git %j', (subcommand) => {
    expect(() => gitArguments({ subcommand })).toThrow(expect.objectContaining({ code: 'SEXTANT_GIT_ARGUMENT_REFUSED' }));
  });

  it('puts whatever it was given behind --end-of-options, or refuses', () => {
    const free = Object.keys(ALLOWED).filter((name) => ALLOWED[name]!.endOfOptions);
    fc.assert(
      fc.property(fc.constantFrom(...free), fc.array(fc.string()), fc.array(fc.string()), (subcommand, operands, paths) => {
        let argv: readonly string[];
        try {
          argv = gitArguments({ subcommand, operands, paths });
        } catch {
          return;
        }
        const rest = [...operands, ...(ALLOWED[subcommand]!.dashes && paths.length > 0 ? ['--'] : []), ...paths];
        expect(argv).toEqual(rest.length === 0 ? [subcommand] : [subcommand, '--end-of-options', ...rest]);
      }),
    );
  });

  it('accepts a revision only if no part of it can be an option, a setting or a range', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('-', 'c', '.', '/', '=', '~', '^', '@', '{', '}', ':', ' ', 'a', '0', '\n', '*', '[') }),
        (text) => {
          if (!RevSpec.is(text)) return;
          expect(text).not.toMatch(/^-|\.\.|[\s:*[\\\0]|@\{/);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
