// A script that never gets to its end.

await new Promise(() => {});
