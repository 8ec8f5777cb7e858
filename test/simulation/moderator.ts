import { Failure } from '../../shared/core/failure.ts';
import type { Moderator } from '../../shared/ports.ts';
import { type Actor, call, type Stage } from './actors.ts';
import type { SimulatedBucket } from './bucket.ts';

/** Contents that are bad, and that a person is to look at. */
const BAD = '#2';
const DOUBTFUL = '#3';

export function isWithheld(content: Buffer): boolean {
  return [BAD, DOUBTFUL].some(name => content.toString().includes(name));
}

/** Reads what it is shown, as the service does; it may be busy, or not answer. */
export function simulatedModerator(config: SimulatedBucket, actor: Actor, stage: Stage): Moderator {
  const refusal = () => new Failure('MODERATOR_UNAVAILABLE', 'expected a verdict, none came');
  return {
    judge: (_service, key) =>
      call(
        stage,
        actor,
        { where: 'moderator', verb: 'POST', about: 'a picture' },
        { effect: () => judgementOf(config.objects.get(key)?.bytes), refusal },
      ),
  };
}

export function judgementOf(picture: Buffer | undefined) {
  if (!picture) throw new Failure('MODERATOR_UNAVAILABLE', 'expected a picture, there is none');
  const risk = picture.includes(BAD) ? 'high' : picture.includes(DOUBTFUL) ? 'medium' : undefined;
  return { labels: risk ? [{ label: 'bad', risk } as const] : [], requestId: 'R' };
}
