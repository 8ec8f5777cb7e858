import { agentOf } from '../../shared/adapters/bowser/user-agent.ts';
import { clientFacts } from '../../shared/fc/client-facts.ts';
import { httpReply, readHttpEvent } from '../../shared/fc/http-event.ts';
import { isFromCdn, replyTo } from '../../shared/fc/miss-replies.ts';
import { missSecretOf, readSettings } from '../../shared/fc/settings.ts';
import { serve } from '../../shared/pipeline/serve/serve.ts';
import { examined } from '../checkup.ts';
import { inDarkroom } from '../open-darkroom.ts';
import { tasksOf } from '../stores.ts';

const settings = readSettings();

/** Asked by the CDN, or by OSS's mirror rule, for what the derivatives bucket has not. */
export const handler = examined(settings, async (event, context) => {
  const http = readHttpEvent(event);
  const request = {
    method: http.method,
    key: http.key,
    isFromCdn: isFromCdn(http, missSecretOf(settings)),
    facts: () => clientFacts(http, agentOf),
  };
  const queue = () => tasksOf(settings.backfillFunction, settings, context);
  const served = await serve(request, work =>
    inDarkroom(settings, context, darkroom =>
      work({ darkroom, bucket: settings.originals, queue }),
    ),
  );
  return httpReply(replyTo(served));
});
