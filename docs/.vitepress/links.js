// Fails the build for links that lead nowhere. VitePress itself looks at pages and not at anchors, menus and buttons.

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** @param {string} folder where the site was built */
export function checkLinks(folder) {
  const files = readdirSync(folder, { recursive: true }).map((file) => file.replaceAll('\\', '/'));
  const present = new Set(files);
  const pages = new Map();
  for (const file of files.filter((file) => file.endsWith('.html'))) {
    const html = readFileSync(`${folder}/${file}`, 'utf8').replaceAll('&amp;', '&');
    const attributes = (name) =>
      [...html.matchAll(new RegExp(`<[^>]*\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => value);
    pages.set(file, { ids: new Set(attributes('id')), links: new Set(attributes('href')) });
  }

  /** The pages that have each. */
  const dead = new Map();
  for (const [file, { links }] of pages) {
    for (const link of links) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path, anchor] = decodeURI(link).split('#');
      const target = path === '' ? file : posix.join(path.startsWith('/') ? '' : posix.dirname(file), path);
      const wanted = [target.replace(/^\//, ''), `${target}.html`, `${target}/index.html`]
        .map((candidate) => posix.normalize(candidate).replace(/^\//, ''))
        .find((candidate) => present.has(candidate) && /\.\w+$/.test(candidate));
      if (wanted === undefined || (anchor && pages.has(wanted) && !pages.get(wanted).ids.has(anchor))) {
        dead.set(link, [...(dead.get(link) ?? []), file]);
      }
    }
  }
  if (dead.size > 0) {
    const lines = [...dead].map(
      ([link, [file, ...more]]) => `\n  ${link} in ${file}${more.length > 0 ? ` and ${more.length} more` : ''}`,
    );
    throw new Error(`Links that lead nowhere:${lines.join('')}`);
  }
}
