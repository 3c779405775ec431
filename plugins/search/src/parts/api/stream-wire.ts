import type { SearchEvent, SearchMatch } from '../../api.js';
import { cutLine, lineMatchesOf } from './line-matches.js';

export interface WireOptions {
  /** `cm=t`: chunks instead of lines. */
  readonly chunkMatches: boolean;
  /** Longest line sent, in characters; -1: whole lines. */
  readonly maxLineLength: number;
  /** When the stream's progress events say which trace to look at. */
  readonly trace: string | undefined;
}

/** One event of the stream, as its clients read it: the event's name, then one line of JSON. */
export function wireEvent(event: SearchEvent, options: WireOptions): string | undefined {
  switch (event.type) {
    case 'matches':
      return frame(
        'matches',
        event.matches.map((match) => wireMatch(match, options)),
      );
    case 'progress':
      return frame('progress', { ...event.progress, ...(options.trace ? { trace: options.trace } : {}) });
    case 'filters':
      return frame(
        'filters',
        event.filters.map((f) => ({ ...f, exhaustive: !f.limitHit })),
      );
    case 'alert':
      return frame('alert', event.alert);
    case 'verdict':
      return frame('verdict', event.verdict);
    case 'error':
      return frame('error', { message: event.message });
  }
}

export const frame = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

function wireMatch(match: SearchMatch, options: WireOptions): Record<string, unknown> {
  const { repository } = match;
  const base = {
    repositoryID: repository.id,
    repository: repository.name,
    repoStars: repository.stars,
    ...(repository.lastFetched ? { repoLastFetched: repository.lastFetched } : {}),
    branches: match.branches,
    commit: match.commit,
    ...match.freshness,
    ...(match.source ? { source: match.source } : {}),
  };
  switch (match.type) {
    case 'content': {
      const head = {
        type: 'content',
        path: match.path,
        pathMatches: rangesOfLine(match.pathRanges),
        ...base,
        hunks: null,
        ...(match.language ? { language: match.language } : {}),
        ...(match.captures ? { captures: match.captures } : {}),
      };
      if (!options.chunkMatches) return { ...head, lineMatches: lineMatchesOf(match.chunks, options.maxLineLength) };
      return {
        ...head,
        chunkMatches: match.chunks.map((chunk) => {
          const [content, cut] = limited(chunk.content, options.maxLineLength);
          return { content, contentStart: chunk.start, contentTruncated: cut || chunk.truncated, ranges: chunk.ranges };
        }),
      };
    }
    case 'path':
      return {
        type: 'path',
        path: match.path,
        pathMatches: rangesOfLine(match.pathRanges),
        ...base,
        ...(match.language ? { language: match.language } : {}),
      };
    case 'symbol':
      return {
        type: 'symbol',
        path: match.path,
        ...base,
        ...(match.language ? { language: match.language } : {}),
        symbols: match.symbols.map(({ column: _column, ...s }) => ({ ...s, kind: s.kind.toUpperCase().replaceAll('-', '') })),
      };
    case 'repo':
      return {
        type: 'repo',
        ...base,
        repositoryMatches: rangesOfLine(match.nameRanges),
        description: repository.description,
        descriptionMatches: rangesOfLine(match.descriptionRanges),
        fork: repository.fork,
        archived: repository.archived,
        private: repository.private,
        metadata: match.metadata,
        keyValuePairs: match.metadata,
        topics: match.topics,
      };
    case 'commit': {
      const url = `/${repository.name}/-/commit/${match.oid}`;
      const text = match.diff ?? match.message;
      const subject = match.message.split('\n', 1)[0] ?? '';
      return {
        type: 'commit',
        ...base,
        icon: '',
        label: `[${repository.name}](/${repository.name}) › [${match.author.name}](${url}): [${subject}](${url})`,
        url,
        detail: `[\`${match.oid.slice(0, 7)}\` ${match.author.date}](${url})`,
        oid: match.oid,
        message: match.message,
        authorName: match.author.name,
        authorDate: match.author.date,
        committerName: match.committer.name,
        committerDate: match.committer.date,
        // The ranges count lines of the fenced text, whose first line is the fence.
        content: `\`\`\`${match.diff === undefined ? 'COMMIT_EDITMSG' : 'diff'}\n${text}\n\`\`\``,
        ranges: match.ranges.map(([line, column, length]) => [line + 1, column, length]),
      };
    }
  }
}

const rangesOfLine = (ranges: readonly (readonly [number, number])[]): readonly unknown[] =>
  ranges.map(([start, end]) => ({ start: { offset: start, line: 0, column: start }, end: { offset: end, line: 0, column: end } }));

function limited(content: string, length: number): readonly [string, boolean] {
  const cut = content
    .split('\n')
    .map((line) => cutLine(line, length))
    .join('\n');
  return [cut, cut !== content];
}
