import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { greenModerator } from '../../../../shared/adapters/moderation/green.ts';
import { inItsPlace } from '../../../support/in-its-place.ts';
import { BUCKET, key, moderationApi, plain, REGION } from '../../../support/moderation-api.ts';

const NAME = 'moderation/judged/123-456.jpg';
const soon = { timeoutMs: 500, retries: 2, minTimeout: 5, maxTimeout: 20 };

/** For answers that come: a busy machine may take its time. */
const patient = { ...soon, timeoutMs: 10_000 };

const moderatorAt = (endpoint: string, credentials = key, patience = patient) =>
  greenModerator({ region: REGION, bucket: BUCKET, endpoint, credentials }, patience);

const judgedBy = (listener: RequestListener) =>
  inItsPlace(listener).then(async ({ endpoint, requests }) => ({
    failure: await moderatorAt(endpoint, key, soon)
      .judge('postImageCheck', NAME)
      .then(
        judgement => expect.unreachable(`passed with ${JSON.stringify(judgement)}`),
        thrown => thrown,
      ),
    requests: requests(),
  }));

const answering =
  (body: object | string, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const RESULT = { Label: 'violent_gore', Confidence: 91.5, RiskLevel: 'high' };
const verdict = (data: object) => ({
  Code: 200,
  Msg: 'OK',
  RequestId: 'R-1',
  Data: { DataId: '123-456', RiskLevel: 'high', Result: [RESULT], ...data },
});

describe('a verdict', () => {
  it.each([
    ['#ff0000', [{ label: 'local_red', confidence: 99.1, risk: 'high' }]],
    ['#0000ff', [{ label: 'local_blue', confidence: 61, risk: 'medium' }]],
    ['#808080', []],
  ])('on a picture in OSS is asked for by a signed request: %s', async (colour, labels) => {
    const { endpoint, given } = await moderationApi({ [NAME]: await plain(colour) });
    const judgement = await moderatorAt(endpoint).judge('postImageCheck', NAME);
    expect(judgement).toEqual({ labels, requestId: expect.stringMatching(/^[0-9A-F-]{36}$/) });
    expect(given()).toBe(1);
  });

  it('has the risk of the whole where a label has none of its own', async () => {
    const { RiskLevel: _, ...bare } = RESULT;
    const { endpoint } = await inItsPlace(answering(verdict({ Result: [bare] })));
    expect(await moderatorAt(endpoint).judge('postImageCheck', NAME)).toEqual({
      labels: [{ label: 'violent_gore', confidence: 91.5, risk: 'high' }],
      requestId: 'R-1',
    });
  });

  it('is asked for ten times a second by an instance, however many wait', async () => {
    const at: number[] = [];
    const { endpoint } = await inItsPlace((request, response) => {
      at.push(performance.now());
      answering(verdict({}))(request, response);
    });
    const moderator = moderatorAt(endpoint);
    const six = Array.from({ length: 6 }, () => moderator.judge('postImageCheck', NAME));
    await Promise.all(six);
    expect(at).toHaveLength(6);
    // A busy machine may be late with the first of them by some of it.
    expect((at[5] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(350);
  });
});

describe('the moment’s failure, which is asked again for and passes nothing, is one that', () => {
  it.each<[string, RequestListener]>([
    ['cuts the connection', request => request.socket.destroy()],
    ['is cut', (_, response) => response.writeHead(200).end('{"Code":200,"RequestId":"R-1","Da')],
    ['is hidden by a page', (_, response) => response.writeHead(502).end('<html>')],
    ['does not come in time', () => undefined],
    ['is empty', (_, response) => response.end()],
    ['is an object of nothing', answering({})],
    ['says that it is throttled', answering({ Code: 'Throttling.User', Message: 'slow' }, 400)],
    ['says 429', answering({ Code: 'x', Message: 'slow' }, 429)],
    ['says 408 within, that others ask, too', answering({ Code: 408, RequestId: 'R-1' })],
    ['says 500 within', answering({ Code: 500, RequestId: 'R-1' })],
    ['has no verdict in it', answering({ Code: 200, RequestId: 'R-1' })],
    ['is about another picture', answering(verdict({ DataId: '123-457' }))],
    ['does not say which picture', answering(verdict({ DataId: undefined }))],
    ['has a risk that is none', answering(verdict({ Result: [{ ...RESULT, RiskLevel: 'sky' }] }))],
    ['names no risk', answering(verdict({ RiskLevel: undefined, Result: [{ Label: 'x' }] }))],
    ['finds nothing, and says high', answering(verdict({ Result: [] }))],
    ['says nothing at all', answering(verdict({ Result: [], RiskLevel: undefined }))],
    [
      'lacks the label that it calls high',
      answering(verdict({ Result: [{ ...RESULT, RiskLevel: 'low' }] })),
    ],
    [
      'says no label, and high of that alone',
      answering(
        verdict({ RiskLevel: undefined, Result: [{ Label: 'nonLabel', RiskLevel: 'high' }] }),
      ),
    ],
    ['says no label, and high', answering(verdict({ Result: [{ Label: 'nonLabel' }] }))],
  ])('%s', async (_, listener) => {
    const { failure, requests } = await judgedBy(listener);
    expect(failure).toMatchObject({ code: 'MODERATOR_UNAVAILABLE', kind: 'transient' });
    expect(requests).toBe(3);
  });
});

describe('our failure, which is asked for once and passes nothing, is', () => {
  it.each<[string, RequestListener, string]>([
    ['a right that is missing', answering({ Code: 'Forbidden.RAM', Message: 'x' }, 403), '403'],
    ['a service that is not bought', answering({ Code: 401, RequestId: 'R-1', Msg: 'x' }), '401'],
    ['what it cannot read', answering({ Code: 400, RequestId: 'R-1', Msg: 'x' }), '400, R-1'],
  ])('%s', async (_, listener, told) => {
    const { failure, requests } = await judgedBy(listener);
    expect(failure).toMatchObject({ code: 'MODERATOR_DENIED', kind: 'fault' });
    expect(failure.message).toContain(told);
    expect(requests).toBe(1);
  });

  it('a secret that is wrong', async () => {
    const { endpoint } = await moderationApi({ [NAME]: await plain('#808080') });
    const guessed = moderatorAt(endpoint, { ...key, accessKeySecret: 'guessed' });
    await expect(guessed.judge('postImageCheck', NAME)).rejects.toMatchObject({
      code: 'MODERATOR_DENIED',
      message: expect.stringContaining('SignatureDoesNotMatch'),
    });
  });
});

it('a picture that OSS does not have yet is asked for again', async () => {
  const objects: Record<string, Buffer> = {};
  const { endpoint } = await moderationApi(objects);
  const asked = moderatorAt(endpoint).judge('postImageCheck', NAME);
  await expect(asked).rejects.toMatchObject({ code: 'MODERATOR_UNAVAILABLE' });
  objects[NAME] = await plain('#808080');
  expect(await moderatorAt(endpoint).judge('postImageCheck', NAME)).toMatchObject({ labels: [] });
});
