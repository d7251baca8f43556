// What Izde answers: kept for a while, and not asked for while it has told this reader to wait.

const KEPT_ANSWERS = 30;
const USUAL_WAIT_S = 30;

/** Why a search was not answered: `status` is that of HTTP, 0 where no answer came. */
class Refusal extends Error {
  constructor(status, retryAfter = 0) {
    super(`the search was not answered (status ${status})`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

class Answers {
  #kept = new Map();
  #refusedUntil = 0;

  /** The document at an address; throws a `Refusal`, or what an aborted fetch throws. */
  async at(address, signal) {
    if (this.#kept.has(address)) return this.#kept.get(address);
    const wait = Math.ceil((this.#refusedUntil - Date.now()) / 1000);
    if (wait > 0) throw new Refusal(429, wait);
    const response = await fetch(address, { signal, credentials: "omit" }).catch((problem) => {
      throw signal.aborted ? problem : new Refusal(0);
    });
    if (!response.ok) throw this.#refusal(response);
    const answer = await response.json();
    if (this.#kept.size >= KEPT_ANSWERS) this.#kept.delete(this.#kept.keys().next().value);
    this.#kept.set(address, answer);
    return answer;
  }

  #refusal(response) {
    const wait = Number(response.headers.get("Retry-After")) || USUAL_WAIT_S;
    if (response.status === 429) this.#refusedUntil = Date.now() + wait * 1000;
    return new Refusal(response.status, wait);
  }
}
