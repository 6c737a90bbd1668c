import type { WholeAnswer } from '../../shared/whole-answer.ts';
import type { ServiceError } from './answer.ts';

const xmlNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** What an XML element holds: text, or elements in their order; undefined ones are left out. */
export type XmlValue = string | number | undefined | { readonly [name: string]: XmlValue };

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

function lines(name: string, value: XmlValue, indent: string, attributes = ''): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'object')
    return [`${indent}<${name}${attributes}>${escapeText(String(value))}</${name}>`];
  const inner = Object.entries(value).flatMap(([key, item]) => lines(key, item, `${indent}  `));
  return [`${indent}<${name}${attributes}>`, ...inner, `${indent}</${name}>`];
}

const document = (name: string, value: XmlValue): string =>
  `${lines(name, value, '', ` xmlns="${xmlNamespace}"`).join('\n')}\n`;

const headers = (requestId: string): Record<string, string> => ({
  'x-amzn-requestid': requestId,
  'content-type': 'text/xml',
});

/** An answer of the query protocol (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html). */
export const queryResult = (requestId: string, operation: string, result: XmlValue): WholeAnswer => ({
  status: 200,
  headers: headers(requestId),
  text: document(`${operation}Response`, {
    [`${operation}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  }),
});

export const queryError = (requestId: string, error: ServiceError): WholeAnswer => ({
  status: error.status,
  headers: headers(requestId),
  text: document('ErrorResponse', {
    Error: {
      Type: error.status >= 500 ? 'Receiver' : 'Sender',
      Code: error.code,
      Message: error.message,
    },
    RequestId: requestId,
  }),
});
