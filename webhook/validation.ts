import type { Clock } from '../lib/clock.ts';
import type { LookUpCache } from '../lib/kube/cache.ts';
import type { Logger } from '../lib/log.ts';
import { ok, type Result } from '../lib/result.ts';
import { catalogueOf } from './catalogue.ts';
import type { Settings } from './core/settings.ts';
import { validate, type Validation } from './core/validate.ts';
import { decodeValidation, encodeValidation, type ValidationRequest } from './core/validation-review.ts';
import type { Observed, WebhookMetrics } from './metrics.ts';

export interface ValidationOptions {
  readonly cache: LookUpCache;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly metrics: WebhookMetrics;
  readonly log: Logger;
}

/** Says what was judged and how; never the manifest. */
const logValidation = (log: Logger, request: ValidationRequest, validation: Validation): void => {
  const { uid, namespace, name, asked } = request;
  const fields = { uid, namespace, name, outcome: validation.kind };
  if (asked.kind === 'pass' || validation.kind === 'pass') {
    log.debug(fields, 'let through unseen');
    return;
  }
  const { kind } = asked.written.manifest;
  if (validation.kind === 'valid') {
    log.info({ ...fields, kind, warnings: validation.warnings.length }, 'found valid');
    return;
  }
  const reasons = [...new Set(validation.issues.map(({ code }) => code))];
  log.info({ ...fields, kind, reasons }, 'found invalid');
};

const decide = ({ asked }: ValidationRequest, { cache, settings }: ValidationOptions): Validation =>
  asked.kind === 'pass' ? asked : validate(asked.written, { catalogue: catalogueOf(cache), settings });

/**
 * Answers `POST /validate`, at once: what the caches do not know yet is told as a warning. The error is a sentence for whoever sent
 * a request that cannot be read.
 */
export const answerValidation = (body: unknown, options: ValidationOptions): Result<object, string> => {
  const { clock, metrics, log } = options;
  const started = clock.monotonic();
  const observe = (outcome: Observed): void => {
    metrics.observeAdmission(outcome, (clock.monotonic() - started) / 1000);
  };
  const request = decodeValidation(body);
  if (!request.ok) return request;
  try {
    const validation = decide(request.value, options);
    observe(validation);
    logValidation(log, request.value, validation);
    return ok(encodeValidation(request.value.uid, validation));
  } catch (error) {
    observe({ kind: 'error' });
    throw error;
  }
};
