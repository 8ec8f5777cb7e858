import { userInfo } from 'node:os';
import { Failure } from '../../shared/core/failure.ts';

/** Who says so, where nobody is named. A container may run as a user that has no name. */
export function nameOfUser(option: string): string {
  try {
    return userInfo().username;
  } catch (cause) {
    const message = `expected ${option} with a name, this machine knows none of its user`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
}
