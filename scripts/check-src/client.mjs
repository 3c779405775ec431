import { gzipSync } from 'node:zlib';

/** Sends what src sends, the way src sends it. */
export class Client {
  /** @param headers what src adds of SRC_HEADER_* */
  constructor(url, token, headers = {}) {
    this.url = url;
    this.headers = { authorization: `token ${token}`, 'user-agent': 'src-cli/7.6.0 linux amd64', ...headers };
  }

  /** The whole answer, as the documented curl gets it: the body says another type than JSON. */
  async answer(query, variables = {}) {
    const response = await fetch(`${this.url}/.api/graphql`, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  }

  /** @returns data. @throws unless the answer is 200, without errors and with data. */
  async graphql(query, variables = {}) {
    const response = await fetch(`${this.url}/.api/graphql`, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ query, variables })),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text}`);
    const { data, errors } = JSON.parse(text);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    if (!data) throw new Error('no data');
    return data;
  }

  /** The errors of an answer that has some. */
  async refusal(query, variables = {}) {
    return await this.graphql(query, variables).then(
      () => {
        throw new Error('it was not refused');
      },
      (error) => error.message,
    );
  }

  async stream(query, more = {}) {
    const parameters = new URLSearchParams({ q: query, ...more, cm: 't' });
    const response = await fetch(`${this.url}/.api/search/stream?${parameters}`, {
      headers: { ...this.headers, accept: 'text/event-stream' },
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text}`);
    return text;
  }
}
