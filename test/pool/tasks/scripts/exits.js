// A script whose worker ends before it can be used.

process.exit(3);
