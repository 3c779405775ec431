import type { RouteRequest } from '@sextant/sdk';
import { expect, it } from 'vitest';
import { PRODUCT_VERSION } from '../../product-version.js';
import { srcCliDownloadRoute } from './src-cli-download-route.js';

const get = async (binary: string) => srcCliDownloadRoute({ params: { binary } } as unknown as RouteRequest);

it.each(['src_linux_amd64', 'src_linux_arm64', 'src_darwin_amd64', 'src_darwin_arm64', 'src_windows_amd64.exe'])(
  'leads to the release of src that goes with the server: %s',
  async (binary) => {
    const { status, headers } = await get(binary);
    expect([status, headers?.['location']]).toEqual([302, expect.stringMatching(`^https://[^?#]+/${PRODUCT_VERSION}/${binary}$`)]);
  },
);

it.each(['src_plan9_mips', 'src', '../../evil', 'src_linux_amd64.exe'])(
  'names the builds that there are instead of: %s',
  async (binary) => {
    await expect(get(binary)).rejects.toMatchObject({
      code: 'SEXTANT_SITE_SRC_CLI_UNKNOWN',
      status: 404,
      why: expect.stringContaining('src_linux_amd64'),
    });
  },
);
