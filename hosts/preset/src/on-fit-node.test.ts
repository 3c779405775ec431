import { afterEach, describe, expect, it, vi } from 'vitest';
import { onFitNode } from './on-fit-node.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a program', () => {
  it('says which Node.js it takes, and loads nothing on one that is too old', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const run = vi.fn(async () => 0);
    expect(await onFitNode(run, '20.20.2')).toBe(1);
    expect(run).not.toHaveBeenCalled();
    expect(said.mock.calls.join('')).toMatch(/^Sextant needs Node\.js 24 or newer; this is 20\.20\.2\. .*npm start/);
  });

  it('runs on the one that is pinned', async () => {
    expect(await onFitNode(async () => 7)).toBe(7);
  });
});
