import type { OssRecord } from '../events/oss-event.ts';
import type { FunctionDefinition, TriggerDefinition } from './service-definition.ts';

/** The functions that FC would wake for the record, each once, in the order of s.yaml. */
export function functionsFor(
  record: OssRecord,
  functions: FunctionDefinition[],
): FunctionDefinition[] {
  return functions.filter(({ triggers }) => triggers.some(trigger => fires(trigger, record)));
}

function fires(trigger: TriggerDefinition, { eventName, oss }: OssRecord): boolean {
  if (trigger.type !== 'oss' || trigger.bucket !== oss.bucket.name) return false;
  const { key } = oss.object;
  return (
    key.startsWith(trigger.prefix) &&
    key.endsWith(trigger.suffix) &&
    trigger.events.some(event => matches(event, `oss:${eventName}`))
  );
}

/** `oss:ObjectCreated:*` takes every kind of its group, the parts of a multipart upload too. */
function matches(event: string, happened: string): boolean {
  return event.endsWith(':*') ? happened.startsWith(event.slice(0, -1)) : event === happened;
}
