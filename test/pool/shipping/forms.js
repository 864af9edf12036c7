// Functions in all the forms that a source can have, with what each gives for 20.

/** @type {any} */
const object = {
  method(x) {
    return x + 1;
  },
  async asyncMethod(x) {
    return (await x) + 1;
  },
  ['comp' + 'uted'](x) {
    return x + 1;
  },
  'two words'(x) {
    return x + 1;
  },
  12(x) {
    return x + 1;
  },
  get(x) {
    return x + 1;
  },
  set(x) {
    return x + 1;
  },
  static(x) {
    return x + 1;
  },
  async(x) {
    return x + 1;
  },
  function(x) {
    return x + 1;
  },
  class(x) {
    return x + 1;
  },
  if(x) {
    return x + 1;
  },
  constructor(x) {
    return x + 1;
  },
  get accessor() {
    return 21;
  },
  anonymous: (x) => x + 1,
  __proto__: {
    ['__proto__'](x) {
      return x + 1;
    },
  },
};

class Class {
  static next(x) {
    return x + 1;
  }
  static async later(x) {
    return x + 1;
  }
  static #hidden(x) {
    return x + 1;
  }
  static hidden = Class.#hidden;
  method(x) {
    return x + 1;
  }
  field = (x) => x + 1;
}

function declared(x) {
  return x + 1;
}

export const FORMS = [
  ...Object.getOwnPropertyNames(object).map((name) => {
    const { value, get } = Object.getOwnPropertyDescriptor(object, name);
    return [`method ${name}`, value ?? get];
  }),
  ['method __proto__', Object.getOwnPropertyDescriptor(Object.getPrototypeOf(object), '__proto__').value],
  ['static method', Class.next],
  ['static async method', Class.later],
  ['private method', Class.hidden],
  ['method of a class', Class.prototype.method],
  ['field', new Class().field],
  ['declaration', declared],
  ['arrow without parentheses', ((fn) => fn)((x) => x + 1)],
  [
    'arrow with a body',
    (x) => {
      return x + 1; // the end
    },
  ],
  ['async arrow', async (x) => (await x) + 1],
  [
    'async function',
    async function later(x) {
      return (await x) + 1;
    },
  ],
  [
    'function without a name',
    (
      () => (x) =>
        x + 1
    )(),
  ],
  [
    'recursive function',
    function sum(x) {
      return x === 0 ? 1 : 1 + sum(x - 1);
    },
  ],
  ['defaults', (x, by = x - 19, { a = by } = {}, ...rest) => x + a + rest.length],
  ['strict function', (x) => x + 1],
  [
    'frozen function',
    Object.freeze(function named(x) {
      return typeof named === 'function' ? x + 1 : 0;
    }),
  ],
  ['renamed function', Object.defineProperty((x) => x + 1, 'name', { value: 'it\'s "so"\n' })],
  ['function with a name that is none', Object.defineProperty((x) => x + 1, 'name', { value: 7 })],
  [
    'arrow whose arguments are its own',
    (x) =>
      (function () {
        // biome-ignore lint/complexity/noArguments: this is about them
        return arguments[0] + 1;
      })(x),
  ],
];
