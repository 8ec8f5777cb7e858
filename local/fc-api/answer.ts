/** Status and code as in https://www.alibabacloud.com/help/en/functioncompute/error-codes; `AsyncTask…` are ours. */
const STATUS = {
  EntityTooLarge: 400,
  InvalidArgument: 400,
  MissingRequiredHeader: 400,
  AccessDenied: 403,
  InvalidAccessKeyID: 403,
  SignatureNotMatch: 403,
  AsyncTaskNotFound: 404,
  FunctionNotFound: 404,
  AsyncTaskAlreadyExists: 409,
  ResourceExhausted: 429,
  InternalServerError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
} as const;

export interface Answer {
  status: number;
  requestId?: string;
  headers?: Record<string, string>;
  body: Refusal | object | Buffer;
}

interface Refusal {
  Code: keyof typeof STATUS;
  Message: string;
}

export function refusal(Code: keyof typeof STATUS, Message: string): Answer & { body: Refusal } {
  return { status: STATUS[Code], body: { Code, Message } };
}
