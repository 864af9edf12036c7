// The site: docs/ and what it links to outside of docs/, built by `make docs` into build/docs.
// The sources stay what they are on their own, in a checkout: links and headings work there as they do here.

import { readdirSync, readFileSync } from 'node:fs';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';
import { checkLinks } from './links.js';
import { linkFromRoot } from './outside.js';

const page = (text, link) => ({ text, link });

/** Not said in the pages, where GitHub would show it. */
const LAYOUT = {
  'api.md': { outline: [1, 3] }, // its sections are headings of the first level
  'performance.md': { aside: false }, // room for charts
};

const internals = readdirSync(new URL('../internals', import.meta.url)).map((file) => {
  const [, title] = /^# (.+)$/m.exec(readFileSync(new URL(`../internals/${file}`, import.meta.url), 'utf8'));
  return page(title, `/internals/${file.replace('.md', '')}`);
});

export default defineConfig({
  title: 'heddle',
  description: 'Structured shared state for JavaScript workers: collections under transactions, on Node, Bun and Deno',
  outDir: '../build/docs',
  cacheDir: '../build/docs-cache',
  cleanUrls: false,
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  markdown: {
    anchor: { slugify: slug },
    config: (md) => md.use(linkFromRoot),
  },
  transformPageData: ({ relativePath, frontmatter }) => ({ frontmatter: { ...frontmatter, ...LAYOUT[relativePath] } }),
  buildEnd: ({ outDir }) => checkLinks(outDir),
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [page('Start', '/start'), page('Guide', '/guide/'), page('API', '/api'), page('Performance', '/performance')],
    sidebar: [
      {
        text: 'Guide',
        items: [
          page('Ten minutes', '/start'),
          page('The collections', '/guide/'),
          page('Share configuration', '/guide/configuration'),
          page('A job queue', '/guide/job-queue'),
          page('A cache', '/guide/cache'),
          page('A game loop', '/guide/game-loop'),
          page('Live dashboards', '/guide/dashboards'),
        ],
      },
      {
        text: 'Concepts',
        items: [
          page('Transactions', '/concepts/transactions'),
          page('Snapshots', '/concepts/snapshots'),
          page('Conflicts', '/concepts/conflicts'),
          page('Retry', '/concepts/retry'),
          page('Ownership and views', '/concepts/ownership-and-views'),
        ],
      },
      {
        text: 'Coming from',
        items: [
          page('postMessage', '/migration/postmessage'),
          page('SharedArrayBuffer', '/migration/sharedarraybuffer'),
          page('lmdb', '/migration/lmdb'),
          page('piscina', '/migration/piscina'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('API', '/api'),
          page('All exports', '/reference/'),
          page('Errors by code', '/errors'),
          page('Structured concurrency', '/concurrency'),
        ],
      },
      {
        text: 'What to expect',
        items: [
          page('Guarantees', '/guarantees'),
          page('Performance', '/performance'),
          page('Faults', '/faults'),
          page('Conformance', '/conformance'),
          page('Security', '/SECURITY'),
        ],
      },
      { text: 'Internals', collapsed: true, items: internals },
    ],
  },
});
