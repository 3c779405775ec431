import { SextantError } from '@sextant/sdk';
import { parse, YAMLParseError } from 'yaml';

/** The values of a YAML or JSON file. @throws SEXTANT_CONFIG_FILE with the line and the column of the mistake. */
export function parseYaml(path: string, text: string): unknown {
  try {
    // JSON is YAML; aliases are bounded so that a small file cannot become a huge one.
    return parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (cause) {
    const at = cause instanceof YAMLParseError && cause.linePos ? ` (line ${cause.linePos[0].line}, column ${cause.linePos[0].col})` : '';
    throw unreadableFile(
      path,
      `${cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '.') : ''}${at}`,
      cause,
    );
  }
}

export const unreadableFile = (path: string, why: string, cause?: unknown): SextantError =>
  new SextantError('SEXTANT_CONFIG_FILE', {
    what: `The configuration file ${path} cannot be read.`,
    why,
    fix: 'Correct it, or name another with --config.',
    cause,
  });
