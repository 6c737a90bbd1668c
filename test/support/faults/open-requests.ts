import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

const created = 'http.client.request.created';

/** The HTTP requests of this process that have not ended, whoever made them. */
export class OpenRequests {
  /** How many there have been in all. */
  created = 0;
  readonly #open = new Map<ClientRequest, { answered: boolean }>();
  readonly #onCreated = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    const state = { answered: false };
    this.created += 1;
    this.#open.set(request, state);
    request.once('response', () => {
      state.answered = true;
    });
    request.once('close', () => this.#open.delete(request));
  };

  constructor() {
    subscribe(created, this.#onCreated);
  }

  get count(): number {
    return this.#open.size;
  }

  /** How many have the head of their answer, and no more. */
  get answered(): number {
    return [...this.#open.values()].filter(({ answered }) => answered).length;
  }

  close(): void {
    unsubscribe(created, this.#onCreated);
  }
}
