import { type RouteHandler, SextantError } from '@sextant/sdk';
import { PRODUCT_VERSION } from '../../product-version.js';

const BUILDS: ReadonlySet<string> = new Set([
  'src_darwin_amd64',
  'src_darwin_arm64',
  'src_linux_amd64',
  'src_linux_arm64',
  'src_windows_amd64.exe',
  'src_windows_arm64.exe',
]);
const RELEASES = 'https://github.com/sourcegraph/src-cli/releases/download';

/** Sends the client to the release of `src` that goes with this server. Nothing is downloaded by the server itself. */
export const srcCliDownloadRoute: RouteHandler = ({ params }) => {
  const build = params['binary']!;
  if (BUILDS.has(build)) return { status: 302, headers: { location: `${RELEASES}/${PRODUCT_VERSION}/${build}` } };
  throw new SextantError('SEXTANT_SITE_SRC_CLI_UNKNOWN', {
    what: 'There is no build of src under this name.',
    why: `Builds exist as ${[...BUILDS].join(', ')}.`,
    fix: 'Ask for the one of your system; /.api/src-cli/version tells the version.',
  });
};
