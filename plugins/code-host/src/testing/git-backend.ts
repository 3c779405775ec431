import { spawn } from 'node:child_process';
import type { RequestListener } from 'node:http';

/** Serves the bare repositories below a folder over smart HTTP, to whoever `allows` says by the user and password of the request. */
export const gitBackend =
  (root: string, allows: (user: string, password: string) => boolean): RequestListener =>
  (request, response) => {
    const [user = '', ...password] = Buffer.from(request.headers.authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    if (!allows(user, password.join(':'))) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end(`denied for ${request.headers.authorization ?? 'nobody'}`);
      return;
    }
    const [path, query = ''] = (request.url ?? '/').split('?');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        PATH_INFO: decodeURIComponent(path ?? ''),
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(backend.stdin);
    const parts: Buffer[] = [];
    backend.stdout.on('data', (part: Buffer) => parts.push(part));
    backend.on('close', () => {
      const answer = Buffer.concat(parts);
      const end = answer.indexOf('\r\n\r\n');
      const headers = Object.fromEntries(
        answer
          .toString('latin1', 0, end)
          .split('\r\n')
          .map((line) => line.split(': ', 2) as [string, string]),
      );
      response.writeHead(Number.parseInt(headers['Status'] ?? '200', 10), headers).end(answer.subarray(end + 4));
    });
  };
