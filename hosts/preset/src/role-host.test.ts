import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { roleHost } from './role-host.js';

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('the program of a role tells its options and roles when asked, and starts nothing', async () => {
  expect(await roleHost('worker', ['worker', 'index'], ['--help'])).toBe(0);
  expect(out).toContain('Usage: sextant-worker [--config FILE]');
  expect(out).toContain('worker, index');
  expect(err).toBe('');
});

it('the program of a role says of a wrong call what is wrong, and how it is called', async () => {
  expect(await roleHost('worker', ['worker'], ['--port', '1'])).toBe(2);
  expect(await roleHost('worker', ['worker'], ['--roles', 'nobody'])).toBe(2);
  expect(err).toMatch(/'--port'[\s\S]*Usage: sextant-worker[\s\S]*There is no role nobody/);
});
