import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { Failure } from '../../core/failure.ts';
import { type Judgement, type Risk, risks } from '../../core/moderation/judgement.ts';
import type { Moderator } from '../../ports.ts';
import { callsOf, type OpenapiConnection, type Patience, rpcActions } from '../alicloud/openapi.ts';

/**
 * Alibaba’s image moderation 2.0 (green-cip, 2022-03-02), which has no SDK on npm: by the client that all SDKs are made
 * with. It reads the rendition from OSS itself. https://help.aliyun.com/document_detail/467829.html
 */

export interface GreenConnection extends Pick<OpenapiConnection, 'credentials'> {
  /** `cn-hangzhou`: of the bucket, and of the service where `endpoint` does not say another. */
  region: string;
  /** In which the renditions lie. */
  bucket: string;
  /** Undefined for that inside Alibaba’s network, which five regions have. */
  endpoint: string | undefined;
}

const REFUSALS = {
  who: 'the moderation service',
  busy: 'MODERATOR_UNAVAILABLE',
  denied: 'MODERATOR_DENIED',
  passing: /^Throttling/,
} as const;

/** An answer takes some 0.75 s. An upload waits for it, and what is over then comes again with its event. */
const PATIENCE = { timeoutMs: 8000, retries: 2, minTimeout: 500, maxTimeout: 4000 };

/** An account has 100 a second, of which an instance takes what ten of them can take at once. */
const GAP_MS = 100;

let nextAt = 0;

/** Until this instance may ask again, whichever event asks. */
async function turn(): Promise<void> {
  const at = Math.max(performance.now(), nextAt);
  nextAt = at + GAP_MS;
  await wait(at - performance.now());
}

export function greenModerator(
  { region, bucket, endpoint, credentials }: GreenConnection,
  patience: Partial<Patience> = {},
): Moderator {
  const at = endpoint ?? `https://green-cip-vpc.${region}.aliyuncs.com`;
  const connection = { endpoint: at, credentials };
  const open = () => rpcActions(connection, '2022-03-02');
  const call = callsOf(open, REFUSALS, { ...PATIENCE, ...patience });
  return {
    judge: async (service, key) => {
      // Outside of what has a limit of its own: whoever waits for its turn is not late.
      await turn();
      return await call(`a verdict by ${service}`, async act => {
        const dataId = dataIdOf(key);
        const asked = { ossBucketName: bucket, ossObjectName: key, ossRegionId: region, dataId };
        const form = { Service: service, ServiceParameters: JSON.stringify(asked) };
        return judgementIn(await act('ImageModeration', form), dataId);
      });
    },
  };
}

/** At most 64 letters, digits, `_`, `-` and `.`: by it an answer is known as one about this picture. */
function dataIdOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1).replace(/\.jpg$/, '');
}

const riskLevel = z.enum(risks);

const answerSchema = z.object({
  Code: z.int(),
  Msg: z.string().optional(),
  RequestId: z.string(),
  Data: z
    .object({
      DataId: z.string().optional(),
      RiskLevel: riskLevel.optional(),
      Result: z.array(
        z.object({
          Label: z.string().max(200),
          Confidence: z.number().min(0).max(100).optional(),
          RiskLevel: riskLevel.optional(),
        }),
      ),
    })
    .optional(),
});

type Answer = z.infer<typeof answerSchema>;

/** The service says of a picture in which it finds nothing that it has this label. */
const NOTHING = 'nonLabel';

function judgementIn(body: unknown, dataId: string): Judgement {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) throw unusable(`expected a verdict: ${parsed.error.issues[0]?.message}`);
  const { Code, RequestId, Data } = parsed.data;
  if (Code !== 200) throw refusalOf(parsed.data);
  if (!Data) throw unusable('expected a verdict, received none');
  if (Data.DataId !== dataId) {
    throw unusable(`expected a verdict on ${dataId}, received one on ${Data.DataId}`);
  }
  const labels = Data.Result.filter(({ Label }) => Label !== NOTHING).map(one => {
    const risk = one.RiskLevel ?? Data.RiskLevel;
    if (!risk) throw unusable(`expected a risk of ${one.Label}, received none`);
    const sure = one.Confidence === undefined ? {} : { confidence: one.Confidence };
    return { label: one.Label, ...sure, risk };
  });
  const told = [Data.RiskLevel, ...Data.Result.map(one => one.RiskLevel)];
  const isSaid = Data.RiskLevel !== undefined || Data.Result.length > 0;
  if (!isSaid || worst(told) > worst(labels.map(({ risk }) => risk))) {
    throw unusable(`expected a label of the risk that is told (${told.join(', ')}), received none`);
  }
  return { labels, requestId: RequestId };
}

/** An answer that was cut lacks the label that makes a picture risky. */
function worst(told: (Risk | undefined)[]): number {
  return Math.max(0, ...told.map(risk => risks.indexOf(risk ?? 'none')));
}

/** It could not have the picture just then: 480, and 404 although it was written a moment ago. */
const PASSING = [280, 404, 408, 429, 480, 588];

function refusalOf({ Code, Msg, RequestId }: Answer): Failure {
  const isPassing = Code >= 500 || PASSING.includes(Code);
  const code = isPassing ? 'MODERATOR_UNAVAILABLE' : 'MODERATOR_DENIED';
  const message = `a verdict: ${REFUSALS.who} refused (${Code}, ${RequestId}): ${Msg ?? 'no reason'}`;
  return new Failure(code, message, { apiCode: String(Code) });
}

function unusable(message: string): Failure {
  return new Failure('MODERATOR_UNAVAILABLE', message);
}
