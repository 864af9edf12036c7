// A script that cannot be loaded.

export class LoadError extends Error {}

throw Object.assign(new LoadError('not today'), { code: 'E_NOT_TODAY' });
