// A script that needs more memory than its worker may have, after a while.

await new Promise((resolve) => setTimeout(resolve, 1));

const all = [];
for (;;) all.push({ n: all.length, list: [all.length] });
