import { describe, expect, it } from 'vitest';
import { rpcActions } from '../../shared/adapters/alicloud/openapi.ts';
import { BUCKET, key, moderationApi, plain, REGION } from '../support/moderation-api.ts';

const NAME = 'moderation/judged/1-2.jpg';
const PARAMETERS = {
  ossBucketName: BUCKET,
  ossObjectName: NAME,
  ossRegionId: REGION,
  dataId: '1-2',
};

async function asked(
  parameters: object,
  { service = 'postImageCheck', action = 'ImageModeration', version = '2022-03-02' } = {},
  credentials = key,
) {
  const { endpoint, given } = await moderationApi({
    [NAME]: await plain('#ff0000'),
    blue: await plain('#0000ff'),
    grey: await plain('#808080'),
    text: Buffer.from('no picture'),
  });
  const act = await rpcActions({ endpoint, credentials }, version);
  const form = { Service: service, ServiceParameters: JSON.stringify(parameters) };
  const answer = await act(action, form).catch(({ statusCode, code }) => [statusCode, code]);
  return { answer, given: given() };
}

describe('the moderation API', () => {
  it.each([
    ['red', NAME, 'local_red', 'high'],
    ['blue', 'blue', 'local_blue', 'medium'],
    ['neither', 'grey', 'nonLabel', 'none'],
  ])('says of what is %s what a rule can name', async (_, ossObjectName, Label, RiskLevel) => {
    const { answer, given } = await asked({ ...PARAMETERS, ossObjectName });
    expect(answer).toMatchObject({
      Code: 200,
      RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      Data: { DataId: '1-2', RiskLevel, Result: [{ Label, RiskLevel }] },
    });
    expect(given).toBe(1);
  });

  it.each([
    ['of what is not there', { ossObjectName: 'gone' }, 404],
    ['of another bucket', { ossBucketName: 'originals' }, 404],
    ['of another region', { ossRegionId: 'cn-shanghai' }, 400],
    ['by a data id of other characters', { dataId: 'a b' }, 400],
    ['of what is no picture', { ossObjectName: 'text' }, 480],
  ])('gives no verdict %s, and says so within an answer of 200', async (_, wrong, Code) => {
    const { answer, given } = await asked({ ...PARAMETERS, ...wrong });
    expect(answer).toMatchObject({ Code });
    expect(answer).not.toHaveProperty('Data');
    expect(given).toBe(0);
  });

  it.each([
    ['another action', PARAMETERS, { action: 'ImageAsyncModeration' }],
    ['another service', PARAMETERS, { service: 'aigcCheck' }],
    ['a picture by its URL', { ...PARAMETERS, imageUrl: 'https://example.com/a.jpg' }, {}],
  ])('says of %s that it has none of it', async (_, parameters, other) => {
    expect(await asked(parameters, other)).toEqual({ answer: [501, 'NotImplemented'], given: 0 });
  });

  it.each([
    [
      'a secret that is wrong',
      { ...key, accessKeySecret: 'guessed' },
      400,
      'SignatureDoesNotMatch',
    ],
    ['a key that is not known', { ...key, accessKeyId: 'X' }, 404, 'InvalidAccessKeyId.NotFound'],
  ])('refuses %s', async (_, credentials, status, code) => {
    const { answer, given } = await asked(PARAMETERS, {}, credentials);
    expect([answer, given]).toEqual([[status, code], 0]);
  });

  it('refuses another version of itself', async () => {
    const { answer } = await asked(PARAMETERS, { version: '2017-01-12' });
    expect(answer).toEqual([400, 'InvalidVersion']);
  });

  it('refuses who does not sign', async () => {
    const { endpoint } = await moderationApi({});
    const answer = await fetch(endpoint, { method: 'POST', body: 'Service=postImageCheck' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ Code: 'IncompleteSignature' });
  });
});
