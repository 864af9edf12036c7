// The package.json of what is published: heddle, and one package for each platform.

export const packageName = ({ name }) => `@heddle/${name}`;

/** What the checkout's own is, without what is for its developers, and with the packages of the platforms. */
export function mainManifest({ devDependencies: _, ...manifest }, platforms) {
  return {
    ...manifest,
    optionalDependencies: Object.fromEntries(platforms.map((platform) => [packageName(platform), manifest.version])),
  };
}

/** Package managers skip it where `os`, `cpu` and `libc` say so. */
export function platformManifest({ version, license, engines }, platform) {
  const { name, os, cpu, libc } = platform;
  return {
    name: packageName(platform),
    version,
    description: `The engine of heddle for ${name}`,
    license,
    engines,
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    type: 'commonjs',
    main: './heddle.node',
    files: ['heddle.node'],
  };
}
