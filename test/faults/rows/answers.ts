import { onNetwork } from '../cells.ts';
import type { FaultGroup } from '../row.ts';
import { answers, answersWith, fileIs } from '../strikes.ts';

const noHttp = 'a file has no HTTP';
const metadata = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/';
const redirected =
  'SERVER answered with a redirect (HTTP 307); redirects are not followed, name the server that answers itself';
const broken = {
  vault: "SERVER: the answer is not Vault's: it is not complete JSON (HTTP 200)",
  aws: "SERVER: the answer is not AWS's: it is not complete, or of another shape",
};

/** What comes back is wrong, or nothing. */
export const answering: FaultGroup = {
  title: 'What the store answers',
  rows: [
    {
      fault: 'reset before the answer',
      happens: 'the connection is cut as soon as the store has been asked',
      stores: onNetwork(
        {
          strike: answers({ kind: 'reset' }),
          says: 'SERVER closed the connection before its answer was complete',
        },
        noHttp,
      ),
    },
    {
      fault: 'reset mid-body',
      happens: 'the connection is cut in the middle of an answer',
      stores: onNetwork(
        {
          strike: answers({ kind: 'reset-mid-body' }),
          says: 'SERVER closed the connection before its answer was complete',
        },
        noHttp,
      ),
    },
    {
      fault: 'throttled',
      happens: 'the store asks for fewer requests and does not say for how long',
      stores: {
        vault: {
          strike: answers({ kind: 'status', status: 429 }),
          seen: {
            code: 'throttled',
            says: 'SERVER: Vault asks for fewer requests (HTTP 429)',
            operation: 'read',
          },
        },
        aws: {
          strike: (bench) => {
            // ThrottlingException, Throttling of STS: HTTP 400.
            bench.aws.faults.add({ kind: 'throttled' });
            return {
              lift: () => {
                bench.clearAnswers();
              },
            };
          },
          seen: {
            code: 'throttled',
            says: 'SERVER: AWS asks for fewer requests (HTTP 400)',
            operation: 'batch_read',
          },
        },
        file: noHttp,
      },
    },
    {
      fault: 'throttled, with Retry-After',
      happens: 'the store asks to be left alone for 90 s',
      stores: onNetwork(
        {
          strike: answers({ kind: 'status', status: 429, retryAfter: 90 }),
          code: 'throttled',
          says: {
            vault: 'SERVER: Vault asks for fewer requests (HTTP 429)',
            aws: 'SERVER: AWS asks for fewer requests (HTTP 429)',
          },
          retryAfter: 90,
        },
        noHttp,
      ),
    },
    {
      fault: 'HTTP 500',
      happens: 'the store fails inside',
      stores: onNetwork(
        {
          strike: answers({ kind: 'status', status: 500 }),
          says: {
            vault: 'SERVER: Vault failed inside (HTTP 500)',
            aws: 'SERVER: AWS failed inside (HTTP 500)',
          },
        },
        noHttp,
      ),
    },
    {
      fault: 'HTTP 503',
      happens: 'Vault is sealed or in standby; AWS, or a load balancer, has no server',
      stores: onNetwork(
        {
          strike: answers({ kind: 'status', status: 503 }),
          says: {
            vault: 'SERVER: Vault is sealed or in standby, or its load balancer has no server (HTTP 503)',
            aws: 'SERVER: AWS failed inside (HTTP 503)',
          },
        },
        noHttp,
      ),
    },
    {
      fault: 'redirect',
      happens: 'the store, or a proxy, names another place',
      stores: onNetwork(
        {
          strike: answers({ kind: 'redirect', location: 'https://elsewhere.test/v1/login' }),
          code: 'invalid',
          says: redirected,
        },
        noHttp,
      ),
    },
    {
      fault: 'redirect to the metadata address',
      happens: "an attacker wants the node's credentials, or the pod's token sent there",
      stores: onNetwork(
        { strike: answers({ kind: 'redirect', location: metadata }), code: 'invalid', says: redirected },
        noHttp,
      ),
    },
    {
      fault: 'HTML page',
      happens: "a proxy's page to sign in, with HTTP 200",
      stores: onNetwork(
        {
          strike: answers({ kind: 'html' }),
          says: {
            vault: "SERVER: the answer is not Vault's: its content type is not JSON (HTTP 200)",
            aws: "SERVER: the answer is not AWS's: it is neither JSON nor XML (HTTP 200)",
          },
        },
        'the same as malformed JSON',
      ),
    },
    {
      fault: 'malformed JSON',
      happens: 'half of an answer, as if it were the whole',
      stores: onNetwork(
        { strike: answers({ kind: 'truncated-json' }), says: broken },
        {
          strike: fileIs('{"payments/db": {"user": "app'),
          seen: { code: 'invalid', says: 'the file is not valid JSON' },
        },
      ),
    },
    {
      fault: 'wrong types',
      happens: 'JSON with a text where an object should be, and a number where a list should be',
      stores: {
        vault: {
          strike: answersWith('{"data": "text", "auth": 7}'),
          seen: {
            code: 'unavailable',
            says: "SERVER: the answer is not Vault's: it has no data",
            operation: 'read',
          },
          start: {
            code: 'unavailable',
            says: "SERVER: the answer is not Vault's: a login without a token",
          },
        },
        aws: {
          strike: answersWith('{"SecretValues": "text", "Errors": 7, "SecretString": {}, "VersionId": 7}'),
          seen: {
            code: 'unavailable',
            says: "SERVER: the answer is not AWS's: a secret without a value",
            operation: 'read',
          },
          start: {
            code: 'unavailable',
            says: "SERVER: the answer is not AWS's: it is not complete, or of another shape",
          },
        },
        file: {
          strike: fileIs('["payments/db"]'),
          seen: { code: 'invalid', says: 'the file is not a mapping of keys to secrets' },
        },
      },
    },
    {
      fault: 'empty body',
      happens: 'an answer of no bytes, with HTTP 200',
      stores: onNetwork(
        {
          strike: answers({ kind: 'empty-body' }),
          says: { ...broken, aws: "SERVER: the answer is not AWS's: it is neither JSON nor XML (HTTP 200)" },
        },
        { strike: fileIs(''), seen: { code: 'invalid', says: 'the file is not valid JSON' } },
      ),
    },
    {
      fault: 'huge body',
      happens: 'an answer, or a file, of 2 MiB',
      stores: onNetwork(
        {
          strike: answers({ kind: 'huge-body' }),
          code: 'invalid',
          says: 'SERVER sent an answer of more than 1048576 bytes',
        },
        {
          strike: fileIs('x'.repeat(2 * 1_048_576)),
          seen: { code: 'invalid', says: 'the file has more than 1048576 bytes', operation: 'read' },
        },
      ),
    },
  ],
};
