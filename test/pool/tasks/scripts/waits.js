// A script that waits for ever, for something that might still come.

setInterval(() => {}, 1000);

await new Promise(() => {});
