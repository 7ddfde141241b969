/** Web pages that come in place of an answer, from what stands between the client and the service. */
import { failure } from './answers.ts';
import type { Answer } from './script.ts';

/** A firewall that blocks the network the request came from. */
export function firewall(): Answer {
  return page(403, 'Attention Required! | Cloudflare', 'Sorry, you have been blocked');
}

export function badGateway(): Answer {
  return page(502, '502 Bad Gateway', 'nginx');
}

/** The proxy's own patience ended before the model answered. */
export function originTimeout(): Answer {
  return page(524, 'cometapi.com | 524: A timeout occurred', 'A timeout occurred');
}

function page(status: number, title: string, body: string): Answer {
  const html = `<!DOCTYPE html>\n<html lang="en-US">\n<head><title>${title}</title></head>\n<body><h1>${body}</h1></body>\n</html>\n`;
  return failure(status, html, { headers: { server: 'cloudflare', 'cf-ray': '8f2a1c0d9e7b6a54-FRA' } });
}
