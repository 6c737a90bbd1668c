import type { Logger } from '../log.ts';
import type { KubeFailure } from './failure.ts';
import { isCustom, resourceName, type KubeResource } from './resource.ts';

const sentence = ({ status }: KubeFailure, resource: KubeResource): string => {
  const name = resourceName(resource);
  if (status === 401) return `the API server does not accept our credentials; ${name} cannot be read`;
  if (status === 403) {
    return `the API server forbids us to read ${name}: grant the verbs list and watch on them`;
  }
  if (status !== 404) return `cannot list or watch ${name}; what is known of them stays in use`;
  return isCustom(resource)
    ? `${name} are not installed on this cluster: there are none until their CustomResourceDefinition is`
    : `the API server does not know ${name}`;
};

/** What a broken connection is allowed before it is worth a warning: servers close and restart all the time. */
const quietFailures = 1;

/** Says each trouble with one resource once, and when it is over. */
export class FailureReport {
  readonly #resource: KubeResource;
  readonly #log: Logger;
  #said: string | undefined;

  constructor(resource: KubeResource, log: Logger) {
    this.#resource = resource;
    this.#log = log;
  }

  failed(failure: KubeFailure, failuresInARow: number): void {
    const text = sentence(failure, this.#resource);
    const fields = {
      resource: resourceName(this.#resource),
      status: failure.status,
      reason: failure.message,
      failures: failuresInARow,
    };
    const quiet = failure.status === undefined && failuresInARow <= quietFailures;
    if (quiet || text === this.#said) {
      this.#log.debug(fields, text);
      return;
    }
    this.#said = text;
    this.#log.warn(fields, text);
  }

  recovered(): void {
    if (this.#said === undefined) return;
    this.#said = undefined;
    const name = resourceName(this.#resource);
    this.#log.info({ resource: name }, `${name} can be read again`);
  }
}
