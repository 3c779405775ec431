import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

it('ends at once at the second signal, and says nothing of its watchdog', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-signals-'));
  chmodSync(folder, 0o711);
  const program = join(import.meta.dirname, '..', '..', 'cli', 'dist', 'main.js');
  const host = spawn(process.execPath, [program, 'serve', '--data-dir', join(folder, 'data'), '--port', '0'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, SEXTANT_SUPERVISOR: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [host.stdout, host.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  try {
    await vi.waitFor(() => expect(said).toContain('Sextant is ready'), { timeout: 60_000, interval: 50 });
    const ended = once(host, 'exit');
    host.kill('SIGTERM');
    host.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(said).not.toContain('debugger');
  } finally {
    host.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}, 90_000);
