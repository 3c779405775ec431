// Run by forked(): a remote service on a unix socket, and beside it a bare node:http server that answers the same.
import { createServer } from 'node:http';
import { Boundary } from '../../kernel/dist/boundary/boundary.js';
import { RemoteServer } from '../../kernel/dist/remote/remote-server.js';
import { echo, silent } from './echo.mjs';

const { socket, bareSocket } = JSON.parse(process.argv[2]);
const server = new RemoteServer(new Boundary({ allows: () => true, failed: () => {} }), silent);
server.expose(
  echo,
  {
    say: async ({ text }) => ({ text }),
    async *count({ to }) {
      for (let i = 0; i < to; i++) yield { i };
    },
    async *bytes({ chunks }) {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      for (let i = 0; i < chunks; i++) yield chunk;
    },
  },
  'bench',
);
await server.listen(`unix:${socket}`, undefined);
const bare = createServer((request, response) => {
  const body = [];
  request.on('data', (chunk) => body.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ text: JSON.parse(Buffer.concat(body).toString()).text }));
  });
});
bare.listen(bareSocket, () => process.send('ready'));
process.on('message', async () => {
  bare.close();
  await server.close();
  process.exit(0);
});
