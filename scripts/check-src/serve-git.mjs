import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

/** Serves the repositories of a folder as `src serve-git` does: a list, and git's smart protocol for cloning alone. */
export async function serveGit(folder, names) {
  const items = names.map((name) => ({ Name: name, URI: `/repos/${name}`, ClonePath: `/repos/${name}/.git` }));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const [, path, call] = /^\/repos\/(.+)\/(info\/refs|git-upload-pack)$/.exec(pathname) ?? [];
    const environment = { env: { ...process.env, GIT_PROTOCOL: request.headers['git-protocol'] ?? '' } };
    if (pathname === '/v1/list-repos')
      return void response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify({ Items: items }, null, 2));
    if (!items.some(({ ClonePath }) => ClonePath === `/repos/${path}`)) return void response.writeHead(404).end();
    const repository = join(folder, path);
    if (call === 'info/refs') {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      response.write('001e# service=git-upload-pack\n0000');
      return void response.end(execFileSync('git', ['upload-pack', '--stateless-rpc', '--advertise-refs', repository], environment));
    }
    response.setHeader('content-type', 'application/x-git-upload-pack-result');
    const child = spawn('git', ['upload-pack', '--stateless-rpc', repository], { ...environment, stdio: ['pipe', 'pipe', 'ignore'] });
    const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
    body.pipe(child.stdin);
    child.stdout.pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
