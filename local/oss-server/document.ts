import type * as z from 'zod';
import { invalidArgument, notImplemented, OssError } from './errors.ts';
import { readXml } from './xml.ts';

/** Says in a schema: OSS takes this value, the local server does not carry it out. */
export const LACKING = { lacking: true } as const;

/**
 * The settings that a PUT of a subresource brings, as its schema wants them. An element that a strict schema does
 * not know is refused by its name: kept and not carried out, it would be a lie.
 */
export function readDocument<T>(body: string, root: string, schema: z.ZodType<T>): T {
  const document = withoutBlanks(readXml(body)[root]);
  if (document === undefined) {
    throw new OssError('MalformedXML', `expected <${root}> as the root of the body`);
  }
  const result = schema.safeParse(document, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue ? refusal(issue, root) : new OssError('MalformedXML');
}

/** The parser keeps the line breaks between elements, since it may not trim keys. */
function withoutBlanks(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutBlanks);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name, value]) => name !== '#text' || String(value).trim() !== '')
      .map(([name, value]) => [name, withoutBlanks(value)]),
  );
}

function refusal(issue: z.core.$ZodIssue, root: string): OssError {
  const where = [root, ...issue.path.filter(step => typeof step === 'string')].join('.');
  const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknown === '#text') {
    return new OssError('MalformedXML', `expected elements, received text in ${where}`);
  }
  if (unknown !== undefined) return notImplemented(`${where}.${unknown}`);
  const value = String(issue.input);
  if (issue.code === 'custom' && issue.params?.lacking) return notImplemented(`${where} ${value}`);
  const said = issue.message.replace('Invalid input: ', '');
  if (issue.code === 'invalid_type') return new OssError('MalformedXML', `${said} in ${where}`);
  return invalidArgument(where, value, `${said}, received ${value} in ${where}`);
}
