import type { Inventory } from '../cluster/inventory.ts';
import type { Scenario } from '../scenario.ts';
import { awsScenarios } from './aws.ts';
import { brokerRolloutScenario, brokerScenarios } from './broker.ts';
import { certificateScenarios } from './certificates.ts';
import { exampleScenario } from './example.ts';
import { externalSecretScenarios, externalSecretsOperatorScenarios } from './external-secrets.ts';
import { leaseScenarios } from './leases.ts';
import { memoryScenario, startDelayScenario } from './measurements.ts';
import { outageScenarios } from './outages.ts';
import { ownerScenario } from './owners.ts';
import { refusalScenarios } from './refused.ts';
import { rolloutScenarios } from './rollout.ts';
import { rotationScenarios } from './rotation.ts';
import { secretScenarios } from './secrets.ts';
import { slowScenarios } from './slow.ts';
import { surroundingScenarios } from './surroundings.ts';
import { webhookAwayScenarios } from './webhook-away.ts';
import { workloadScenarios } from './workloads.ts';

/** Those that keep to namespaces of their own, side by side; the longest first. */
export const peaceful: readonly Scenario[] = [
  ...outageScenarios,
  ...brokerScenarios,
  ...awsScenarios,
  ...leaseScenarios,
  exampleScenario,
  ...externalSecretScenarios,
  ...rotationScenarios,
  ownerScenario,
  ...workloadScenarios,
  ...surroundingScenarios,
  ...refusalScenarios,
  memoryScenario,
];

/** Those that change the installation, measure time or look back at the whole run: one after the other. */
export const disturbing = (options: {
  /** The Secrets that there were before the run. */
  readonly secretsBefore: Inventory;
  readonly slow: boolean;
}): readonly Scenario[] => [
  ...externalSecretsOperatorScenarios,
  ...certificateScenarios,
  ...rolloutScenarios,
  ...webhookAwayScenarios,
  ...(options.slow ? [brokerRolloutScenario, ...slowScenarios] : []),
  // By now the pods of all others have ended.
  startDelayScenario,
  ...secretScenarios(options.secretsBefore),
];
