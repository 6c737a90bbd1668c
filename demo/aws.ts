import type { ServiceAccountIssuer } from '../test/emulators/issuer/issuer.ts';
import { startAwsServer } from '../test/emulators/aws/server.ts';
import { allow, trustServiceAccount } from '../test/emulators/aws/setup.ts';
import type { Upstream } from './upstream.ts';

const secretName = 'payments/fraud-feed';

/** The payments team's AWS account: the fraud feed's token, and a role that trusts the ServiceAccount `payments/payments-api`. */
export const startPaymentsAws = async (issuer: ServiceAccountIssuer, token: string): Promise<Upstream> => {
  const aws = await startAwsServer({
    keys: () => issuer.jwks(),
    isLive: (claims) => issuer.isLive(claims),
    setup: {
      roles: {
        'payments-api': {
          trust: trustServiceAccount({ namespace: 'payments', serviceAccount: 'payments-api' }),
          policy: allow(['arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/fraud-feed-*']),
        },
      },
      secrets: { [secretName]: { json: { token } } },
    },
  });
  return {
    title: 'AWS',
    provider: 'aws',
    url: aws.url,
    holds: "the fraud feed's token",
    rotates: "the fraud feed's token in AWS Secrets Manager",
    address: {
      endpoints: { secretsManager: aws.secretsManagerUrl, sts: aws.stsUrl },
      caBundle: Buffer.from(aws.caPem).toString('base64'),
    },
    rotate: (secret) => {
      aws.rotate(secretName, { json: { token: secret } });
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => aws.close(),
  };
};
