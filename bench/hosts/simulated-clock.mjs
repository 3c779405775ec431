/** Time that passes when the host answers (`pass`) and when everybody who sleeps would sleep on: hours of waiting for a window take none. */
export class SimulatedClock {
  #passed = 0;
  #began = Date.now();
  #sleepers = [];
  #waking = false;

  now() {
    return new Date(this.#began + this.#passed);
  }

  monotonic() {
    return this.#passed;
  }

  /** @param {number} milliseconds */
  pass(milliseconds) {
    this.#passed += milliseconds;
  }

  sleep(milliseconds, signal) {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.#passed + milliseconds, wake: () => done(resolve) };
      const done = (settle) => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        signal?.removeEventListener('abort', leave);
        settle();
      };
      const leave = () => done(() => reject(signal.reason));
      signal?.addEventListener('abort', leave, { once: true });
      this.#sleepers.push(sleeper);
      this.#wakeNext();
    });
  }

  /** Whoever sleeps shortest is woken, once all that was to be done now is done. */
  #wakeNext() {
    if (this.#waking) return;
    this.#waking = true;
    setImmediate(() => {
      this.#waking = false;
      const next = this.#sleepers.reduce((first, one) => (first && first.until <= one.until ? first : one), undefined);
      if (next === undefined) return;
      this.#passed = Math.max(this.#passed, next.until);
      next.wake();
      if (this.#sleepers.length > 0) this.#wakeNext();
    });
  }
}
