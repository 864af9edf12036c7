// What lies outside of docs/ and is on the site even so (docs/[outside].md), and how links get there.

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const ROOT = new URL('../../', import.meta.url);

const text = (file) => readFileSync(new URL(file, ROOT), 'utf8');
const example = (file) => `# \`${file}\`\n\n\`\`\`js\n${text(file)}\`\`\`\n`;

/** The pages, and each source of the examples as one. */
export function outsidePages() {
  const examples = readdirSync(new URL('examples', ROOT), { recursive: true }).map((file) => `examples/${file}`);
  const files = ['SECURITY.md', 'bench/README.md', 'bench/results/README.md', ...examples];
  return files
    .filter((file) => /\.(js|md)$/.test(file))
    .map((file) => ({
      params: { outside: file.replace(/\.md$/, '') },
      content: file.endsWith('.md') ? text(file) : example(file),
    }));
}

/** A plugin of markdown-it: relative links lead where they do in a checkout, of which the site has docs/ at its root. */
export function linkFromRoot(md) {
  md.core.ruler.push('link-from-root', ({ tokens, env }) => {
    for (const link of tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'link_open')) {
      const href = link.attrGet('href');
      if (/^([a-z]+:|[/#])/.test(href)) continue;
      const target = posix.join('/', posix.dirname(env.relativePath), href).replace(/^\/docs\//, '/');
      link.attrSet('href', target.replace(/\.js$/, '.js.html'));
    }
  });
}
