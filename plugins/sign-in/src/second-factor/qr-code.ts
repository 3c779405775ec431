import { encode } from 'uqr';
import { type Html, html } from '../pages/html.js';

/** Free modules around the code, without which scanners do not find it. */
const BORDER = 4;

/** A QR code as an SVG element: one path and a white ground, with neither script nor style, so that the pages' content security policy lets it be. */
export function qrCode(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: 'M', border: BORDER });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return html`<svg role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" width="240" height="240" shape-rendering="crispEdges">
<rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
}
