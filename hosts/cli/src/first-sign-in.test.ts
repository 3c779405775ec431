import { describe, expect, it } from 'vitest';
import { firstSignIn } from './first-sign-in.js';

const running = { url: 'http://localhost:7080', localMode: false, invitation: undefined, active: new Set(['search', 'sign-in']) };

describe('what a start says of signing in', () => {
  it('is where, and how the first site admin comes in', () => {
    expect(firstSignIn(running)).toMatch(/http:\/\/localhost:7080\/sign-in.*sextant setup-link/);
  });

  it('is nothing in local mode, and where people do not sign in', () => {
    expect(firstSignIn({ ...running, localMode: true })).toBe('');
    expect(firstSignIn({ ...running, active: new Set(['search']) })).toBe('');
  });
});
