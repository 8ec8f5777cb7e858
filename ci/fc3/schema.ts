import * as z from 'zod';
import { functionProps } from '../../local/service/template.ts';

/** The fields of a function as JSON Schema, for ajv; what holds between them is in local/service/checks.ts. */
export function propsSchema() {
  return z.toJSONSchema(functionProps, { target: 'draft-7', io: 'input' });
}
