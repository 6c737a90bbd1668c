import { expect, test } from '@jest/globals';
import { callVault } from '../../../support/vault-client.ts';
import { startFixture } from './fixture.ts';

test('answers and errors are XML as STS writes it', async () => {
  const { aws } = await startFixture();
  const send = async (body: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return await callVault({ url: aws.stsUrl, caPem: aws.caPem }, 'POST', '', { body, headers });
  };
  const odd = await send('Action=Odd%3CName&Version=2011-06-15');
  const id = String(odd.headers['x-amzn-requestid']);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect([odd.status, odd.headers['content-type']]).toEqual([400, 'text/xml']);
  expect(odd.headers.date).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
  expect(odd.text).toBe(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>InvalidAction</Code>
    <Message>Could not find operation Odd&lt;Name for version 2011-06-15</Message>
  </Error>
  <RequestId>${id}</RequestId>
</ErrorResponse>
`);
  const unsigned = await send('Action=GetCallerIdentity&Version=2011-06-15');
  expect(unsigned.status).toBe(403);
  expect(unsigned.text).toContain('<Code>MissingAuthenticationToken</Code>');
});
