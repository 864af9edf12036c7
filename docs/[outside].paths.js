import { outsidePages } from './.vitepress/outside.js';

export default { paths: outsidePages };
