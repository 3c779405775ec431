import type { IncomingMessage } from 'node:http';
import type { RouteRequest } from '@sextant/sdk';

/** The message of HTTP behind each request of a route: for routes of the kernel itself, which ask about the connection. */
export const requestMessages = new WeakMap<RouteRequest, IncomingMessage>();
