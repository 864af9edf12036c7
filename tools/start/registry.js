// A registry of npm packages on this machine, with what `heddle` needs and nothing else: a package manager that is told to use it
// installs heddle as it would once that is published, and without a network.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** When packages were published, as far as this registry knows: package managers may refuse what is only hours old. */
const LONG_AGO = '2020-01-01T00:00:00.000Z';

/** The packages in node_modules that the manifest needs, and those that they need. */
function dependenciesOf(manifest, root, found = new Map()) {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (found.has(name)) continue;
    const directory = join(root, 'node_modules', name);
    found.set(name, directory);
    dependenciesOf(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')), root, found);
  }
  return found;
}

/** Tarballs of the packages that heddle depends on, as they are installed in the checkout. */
export function packDependencies(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return [...dependenciesOf(manifest, root).values()].map((directory) =>
    execFileSync('tar', ['-czC', directory, '--exclude=./node_modules', '--transform=s,^\\.,package,', '.']),
  );
}

/** @param {Buffer} tarball */
function read(tarball) {
  const json = execFileSync('tar', ['-xzO', 'package/package.json'], { input: tarball, encoding: 'utf8' });
  return { manifest: JSON.parse(json), tarball };
}

/**
 * @param {Buffer[]} tarballs
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function serveRegistry(tarballs) {
  const packages = new Map(tarballs.map(read).map((each) => [each.manifest.name, each]));
  let url;

  const server = createServer((request, response) => {
    const [name, file] = decodeURIComponent(request.url.slice(1)).split('/-/');
    const found = packages.get(name);
    if (found === undefined) response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    else if (file !== undefined)
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.tarball);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document(found)));
  });

  /** What registries tell of a package. */
  function document({ manifest, tarball }) {
    const { name, version } = manifest;
    const dist = {
      tarball: `${url}${name}/-/${version}.tgz`,
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      shasum: createHash('sha1').update(tarball).digest('hex'),
    };
    const time = { created: LONG_AGO, modified: LONG_AGO, [version]: LONG_AGO };
    return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } }, time };
  }

  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  url = `http://127.0.0.1:${port}/`;
  return { url, close: () => void server.close().closeAllConnections() };
}
