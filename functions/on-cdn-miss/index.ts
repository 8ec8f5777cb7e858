import { agentOf } from '../../shared/adapters/bowser/user-agent.ts';
import { failureOf } from '../../shared/core/failure.ts';
import { factsOf } from '../../shared/core/telling/log-facts.ts';
import { clientFacts } from '../../shared/fc/client-facts.ts';
import type { Context } from '../../shared/fc/context.ts';
import { type HttpRequest, httpReply, readHttpEvent } from '../../shared/fc/http-event.ts';
import { isFromCdn, refusals, replyToAuto, replyToMiss } from '../../shared/fc/miss-replies.ts';
import { missSecretOf, readSettings } from '../../shared/fc/settings.ts';
import { answerAuto, isAuto } from '../../shared/pipeline/serve/auto.ts';
import type { Darkroom } from '../../shared/pipeline/darkroom.ts';
import { followUp } from '../../shared/pipeline/serve/follow-up.ts';
import { answerMiss } from '../../shared/pipeline/serve/miss.ts';
import { examined } from '../checkup.ts';
import { inDarkroom } from '../open-darkroom.ts';
import { tasksOf } from '../stores.ts';

const settings = readSettings();

/** Asked by the CDN, or by OSS's mirror rule, for what the derivatives bucket has not. */
export const handler = examined(settings, async (event, context) => {
  const request = readHttpEvent(event);
  if (!isFromCdn(request, missSecretOf(settings))) return httpReply(refusals.forbidden);
  if (!/^(GET|HEAD)$/.test(request.method)) return httpReply(refusals.notAllowed);
  return await inDarkroom(settings, context, async darkroom =>
    httpReply(await answer(request, context, darkroom)),
  );
});

async function answer(request: HttpRequest, context: Context, darkroom: Darkroom) {
  const { key = '' } = request;
  try {
    if (isAuto(key))
      return replyToAuto(await answerAuto(key, clientFacts(request, agentOf), darkroom));
    const miss = await answerMiss(key, darkroom);
    await followUp(key, miss, {
      queue: tasksOf(settings.backfillFunction, settings, context),
      bucket: settings.originals,
      log: darkroom.log,
    });
    return replyToMiss(miss, request);
  } catch (thrown) {
    darkroom.log.error('miss-failed', { key, ...factsOf(failureOf(thrown)) });
    return refusals.unavailable;
  }
}
