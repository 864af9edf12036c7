/** A flat list that grows without boxing its numbers. */
export class Log {
  #numbers = new Float64Array(1 << 16);
  #length = 0;

  push(numbers) {
    const end = this.#length + numbers.length;
    if (end > this.#numbers.length) {
      const larger = new Float64Array(2 * end);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.set(numbers, this.#length);
    this.#length = end;
  }

  get numbers() {
    return this.#numbers.slice(0, this.#length);
  }
}
