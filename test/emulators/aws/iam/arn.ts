/** The parts of `arn:aws:iam::111122223333:role/name`. */
export interface Arn {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** What follows the account, colons and all. */
  readonly resource: string;
}

/** Takes an ARN apart; undefined for anything else. */
export function parseArn(text: string): Arn | undefined {
  const [prefix, partition, service, region, account, ...resource] = text.split(':');
  if (prefix !== 'arn' || partition === undefined || resource.length === 0) return undefined;
  return {
    service: service ?? '',
    region: region ?? '',
    account: account ?? '',
    resource: resource.join(':'),
  };
}

export const roleArn = (account: string, pathAndName: string): string =>
  `arn:aws:iam::${account}:role/${pathAndName}`;

/** A session's ARN: it has the role's name without its path. */
export const sessionArn = (account: string, roleName: string, sessionName: string): string =>
  `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;

export const oidcProviderArn = (account: string, provider: string): string =>
  `arn:aws:iam::${account}:oidc-provider/${provider}`;
