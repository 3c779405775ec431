import { setPriority } from 'node:os';
import type { FindRequest, FromProcess } from './parser-messages.js';
import { TreeSearch } from './tree-search.js';

try {
  // Parsing gives way to all else, as the threads of long searches do.
  setPriority(10);
} catch {
  // Where that is not allowed it goes on as it is.
}

const send = (message: FromProcess) => process.send?.(message);
const search = TreeSearch.load();

process.on('message', ({ id, pattern, language, content }: FindRequest) => {
  send({ id, ...(search?.find(pattern, language, Buffer.from(content)) ?? { unparsed: 'no-engine' as const }) });
});
send('ready');
// The node has ended.
process.on('disconnect', () => process.exit());
