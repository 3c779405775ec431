import { equal, match, ok } from 'node:assert/strict';

const CLIENT = 'sgo_cid_sourcegraph-cli';
const SCOPE = 'email offline_access openid profile user:all';

/** What `src login` asks, without a browser: the code that it shows, and the tokens once somebody has confirmed it. */
export class DeviceLogin {
  constructor(url) {
    this.url = url;
  }

  async begin() {
    const response = await fetch(`${this.url}/.well-known/openid-configuration`, { headers: { accept: 'application/json' } });
    equal(response.status, 200);
    this.found = await response.json();
    equal(this.found.issuer, this.url);
    this.begun = await (await this.#post(this.found.device_authorization_endpoint, { scope: SCOPE })).json();
    match(this.begun.user_code, /^[A-Z]{4}-[A-Z]{4}$/);
    ok(this.begun.interval > 0 && this.begun.expires_in > 0);
    return this.begun;
  }

  async poll() {
    const fields = { device_code: this.begun.device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' };
    return (await this.#post(this.found.token_endpoint, fields)).json();
  }

  async refresh(token) {
    return (await this.#post(this.found.token_endpoint, { grant_type: 'refresh_token', refresh_token: token })).json();
  }

  /** The person's part, in a browser on this machine. @param button the one that is pressed on the second page */
  async answer(button) {
    const cookies = new Map();
    const open = async (url, init = {}) => {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const response = await fetch(url, { ...init, redirect: 'manual', headers: { accept: 'text/html', cookie, ...init.headers } });
      for (const one of response.headers.getSetCookie()) cookies.set(...one.split(';')[0].split(/=(.*)/s).slice(0, 2));
      const location = response.headers.get('location');
      return location === null ? { url, html: await response.text() } : open(new URL(location, url).href);
    };
    const submit = ({ url, html }, pressed) => {
      const fields = [...html.matchAll(/<input [^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
      return open(new URL(/<form [^>]*action="([^"]*)"/.exec(html)[1], url).href, {
        method: 'POST',
        body: new URLSearchParams([...fields, ...Object.entries(pressed)]),
        headers: { origin: this.url, 'sec-fetch-site': 'same-origin' },
      });
    };
    const second = await submit(await open(this.begun.verification_uri_complete), {});
    match(second.html, /src, the command line/);
    return submit(second, { [button]: 'yes' });
  }

  #post(url, fields) {
    return fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ client_id: CLIENT, ...fields }),
    });
  }
}
