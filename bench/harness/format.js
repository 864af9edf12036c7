const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

const scales = {
  ns: [
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ],
  µs: [
    [1e3, 'ms'],
    [1, 'µs'],
  ],
  ms: [
    [1e3, 's'],
    [1, 'ms'],
  ],
  'tx/s': [
    [1e6, 'M tx/s'],
    [1e3, 'k tx/s'],
    [1, 'tx/s'],
  ],
  'items/s': [
    [1e6, 'M items/s'],
    [1e3, 'k items/s'],
    [1, 'items/s'],
  ],
  'tasks/s': [
    [1e6, 'M tasks/s'],
    [1e3, 'k tasks/s'],
    [1, 'tasks/s'],
  ],
  'changes/s': [
    [1e6, 'M changes/s'],
    [1e3, 'k changes/s'],
    [1, 'changes/s'],
  ],
  B: [[1, 'B']],
  '×': [[1, '×']],
  '': [[1, '']],
};

/** `1234 ns` is `1.23 µs`. */
export function quantity(value, unit) {
  const scale = scales[unit];
  const [size, name] = scale.find(([least]) => value >= least) ?? scale.at(-1);
  return `${digits(value / size)} ${name}`.trimEnd();
}

export const times = (value) => `${digits(value)} ×`;

export const range = ({ low, high }) => `${digits(low)} – ${digits(high)}`;
