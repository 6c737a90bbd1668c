import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import type { User } from '../access/users.ts';
import { isSame } from '../objects/json.ts';
import { recordsOf, type KubeObject, type Resource } from '../objects/types.ts';
import type { Target } from '../requests/path.ts';
import { refuse, StatusError } from '../requests/status.ts';
import { callWebhook, type ServiceResolver } from './call.ts';
import { webhookMatches, type Operation } from './match.ts';
import { makeReview, readReview } from './review.ts';

export interface AdmissionRequest {
  readonly operation: Operation;
  readonly resource: Resource;
  readonly target: Target;
  readonly user: User;
  readonly object: KubeObject;
  readonly oldObject?: KubeObject;
}

export interface AdmissionOutcome {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

export interface AdmissionParts {
  readonly clock: Clock;
  readonly resolve: ServiceResolver;
  /** The MutatingWebhookConfigurations, in the order of their names. */
  readonly configurations: () => readonly KubeObject[];
  /** The ValidatingWebhookConfigurations, in the order of their names. */
  readonly validating: () => readonly KubeObject[];
  readonly namespace: (name: string) => KubeObject | undefined;
  /** What the server fills in by itself, before the webhooks and after each. */
  readonly defaults: (resource: Resource, object: KubeObject) => KubeObject;
  /** What its own admission plugins add, once, before the webhooks. Throws what they refuse. */
  readonly plugins: (request: AdmissionRequest) => KubeObject;
}

type Webhook = Record<string, unknown>;

const webhooksOf = (configurations: readonly KubeObject[]): readonly Webhook[] =>
  configurations.flatMap((configuration) => recordsOf(configuration['webhooks']));

/** Asks the mutating webhooks about writes, and then the validating ones, as the API server does. */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Throws the StatusError that the client is to get where the write is refused. */
  async admit(request: AdmissionRequest): Promise<AdmissionOutcome> {
    const { plugins, configurations } = this.#parts;
    const object = request.operation === 'DELETE' ? request.object : plugins(request);
    const start: AdmissionOutcome = { object, warnings: [], auditAnnotations: {} };
    const webhooks = webhooksOf(configurations());
    const again = new Map<Webhook, KubeObject>();
    let outcome = start;
    for (const webhook of webhooks) {
      outcome = await this.#ask(webhook, request, outcome);
      if (webhook['reinvocationPolicy'] === 'IfNeeded') again.set(webhook, outcome.object);
    }
    for (const [webhook, seen] of again) {
      if (!isSame(seen, outcome.object)) outcome = await this.#ask(webhook, request, outcome);
    }
    return this.#validate(request, outcome);
  }

  /** Validating webhooks see what is to be stored, and change nothing. */
  async #validate(request: AdmissionRequest, mutated: AdmissionOutcome): Promise<AdmissionOutcome> {
    let outcome = mutated;
    for (const webhook of webhooksOf(this.#parts.validating()))
      outcome = { ...(await this.#ask(webhook, request, outcome)), object: mutated.object };
    return outcome;
  }

  async #ask(
    webhook: Webhook,
    request: AdmissionRequest,
    before: AdmissionOutcome,
  ): Promise<AdmissionOutcome> {
    const { operation, resource, target } = request;
    const { namespace, subresource } = target;
    const namespaceLabels =
      namespace === undefined ? undefined : (this.#parts.namespace(namespace)?.metadata.labels ?? {});
    const { object } = before;
    if (!webhookMatches(webhook, { operation, resource, subresource, object, namespaceLabels }))
      return before;
    const name = String(webhook['name']);
    try {
      return await this.#call(name, webhook, request, before);
    } catch (error) {
      if (error instanceof StatusError) throw error;
      if (webhook['failurePolicy'] === 'Ignore') return before;
      const message = `Internal error occurred: failed calling webhook "${name}": ${(error as Error).message}`;
      throw refuse(500, message);
    }
  }

  async #call(
    name: string,
    webhook: Webhook,
    request: AdmissionRequest,
    before: AdmissionOutcome,
  ): Promise<AdmissionOutcome> {
    const uid = randomUUID();
    const { timeoutSeconds: seconds, clientConfig } = webhook;
    const timeoutSeconds = typeof seconds === 'number' ? seconds : 10;
    const review = makeReview(uid, request, before.object);
    const answer = await callWebhook({ clientConfig, timeoutSeconds, review }, this.#parts);
    const verdict = readReview(name, uid, answer, before.object);
    if (verdict.denied !== undefined) throw new StatusError(verdict.denied);
    return {
      object: this.#parts.defaults(request.resource, verdict.object),
      warnings: [...before.warnings, ...verdict.warnings],
      auditAnnotations: { ...before.auditAnnotations, ...verdict.auditAnnotations },
    };
  }
}
