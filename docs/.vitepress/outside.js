// What lies outside of docs/ and is on the site even so (docs/[outside].md), and how links get there.

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const ROOT = new URL('../../', import.meta.url);

const examples = readdirSync(new URL('examples', ROOT), { recursive: true })
  .map((file) => `examples/${file}`)
  .filter((file) => /\.(js|md)$/.test(file));
const FILES = [
  'README.md',
  'SECURITY.md',
  'bench/README.md',
  'bench/results/README.md',
  'test/proposal/PROPOSAL.md',
  ...examples,
];

const text = (file) => readFileSync(new URL(file, ROOT), 'utf8');
const source = (file) => `# \`${file}\`\n\n\`\`\`js\n${text(file)}\`\`\`\n`;

/** Headings such as `SharedMap<K, V>` have no elements in them. */
const page = (file) => text(file).replace(/^#.*$/gm, (heading) => heading.replaceAll('<', '\\<'));

export const outsidePages = () =>
  FILES.map((file) => ({
    params: { outside: file.replace(/\.md$/, '') },
    content: file.endsWith('.md') ? page(file) : source(file),
  }));

/**
 * A plugin of markdown-it: relative links lead where they do in a checkout, of which the site has docs/ at its root. Links to
 * sources that are not on the site become plain text.
 */
export function linkFromRoot(md) {
  md.core.ruler.push('link-from-root', ({ tokens, env }) => {
    let unlinking = false;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type === 'link_open') {
        const href = target(token.attrGet('href'), env.relativePath);
        unlinking = href === undefined;
        if (!unlinking) token.attrSet('href', href);
      }
      if (unlinking && token.type.startsWith('link_')) token.type = 'text'; // which it has none of
    }
  });
}

/** Where a link of a page leads on the site; undefined if it does not have that. */
function target(href, page) {
  if (/^([a-z]+:|[/#])/.test(href)) return href;
  const folder = FILES.includes(page) || FILES.includes(page.replace(/\.md$/, '')) ? '' : 'docs';
  const [path, anchor] = posix.join(folder, posix.dirname(page), href).split('#');
  if (!path.startsWith('docs/') && !FILES.includes(path)) return undefined;
  return `/${path.replace(/^docs\//, '').replace(/\.js$/, '.js.html')}${anchor === undefined ? '' : `#${anchor}`}`;
}
