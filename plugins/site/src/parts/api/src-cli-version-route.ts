import type { RouteHandler } from '@sextant/sdk';
import { PRODUCT_VERSION } from '../../product-version.js';

/** The version of `src` that goes with this server; `src version` asks for it before anybody has signed in. */
export const srcCliVersionRoute: RouteHandler = () => ({ body: { version: PRODUCT_VERSION } });
