// Reads /.api/search/stream as strictly as src does: it aborts where src aborts or misreads.
const EVENTS = new Set(['progress', 'matches', 'filters', 'alert', 'error', 'done']);
const MATCHES = new Set(['content', 'path', 'repo', 'symbol', 'commit']);
const MAX_EVENT = 10 * 1024 * 1024;

/** The events of a whole answer that src knows, in order, as `{ event, data }`. @throws on any byte that src would not take. */
export function decodeStream(text) {
  if (text.includes('\r')) throw new Error('the stream has a carriage return');
  if (text !== '' && !text.endsWith('\n\n')) throw new Error('the stream does not end with a blank line');
  return text
    .split('\n\n')
    .slice(0, -1)
    .map(decodeEvent)
    .filter(({ event }) => EVENTS.has(event)); // others are skipped, but must be framed like all
}

function decodeEvent(block) {
  if (Buffer.byteLength(block) > MAX_EVENT) throw new Error('an event has more than 10 MB');
  const lines = block.split('\n');
  if (lines.length !== 2 || !lines[0].startsWith('event: ') || !lines[1].startsWith('data: '))
    throw new Error(`an event is not one line "event: " and one line "data: ": ${block.slice(0, 200)}`);
  const event = lines[0].slice('event: '.length);
  const data = JSON.parse(lines[1].slice('data: '.length));
  if (event === 'matches') for (const { type } of data) if (!MATCHES.has(type)) throw new Error(`the match type ${type} is not known`);
  return { event, data };
}
