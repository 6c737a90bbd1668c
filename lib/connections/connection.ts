import type { AwsStorePlan, PlanStore, VaultStorePlan } from '../plan.ts';
import type { AwsAccessKey } from '../stores/aws.ts';
import type { BitwardenStore } from '../stores/bitwarden.ts';
import type { VaultStaticAuth } from '../stores/vault-auth.ts';

/** A Vault as a provider reads it: in a pod with its own token, in the broker also with a credential that is kept there. */
export interface VaultConnection extends Omit<VaultStorePlan, 'auth'> {
  readonly auth: VaultStorePlan['auth'] | VaultStaticAuth;
}

/** What a key of AWS takes the place of: the projected token and Pod Identity. */
export interface AwsAccessKeyAuth extends AwsAccessKey, Pick<AwsStorePlan['auth'], 'roles' | 'sessionName'> {}

export interface AwsConnection extends Omit<AwsStorePlan, 'auth'> {
  readonly auth: AwsStorePlan['auth'] | AwsAccessKeyAuth;
}

export interface BitwardenConnection extends BitwardenStore {
  /** http is refused unless the install allows it. */
  readonly allowHttp: boolean;
}

/** What a provider opens: a store of a plan, or one that only the broker can reach. */
export interface ProviderStore extends Omit<PlanStore, 'provider'> {
  readonly provider: PlanStore['provider'] | VaultConnection | AwsConnection | BitwardenConnection;
}
