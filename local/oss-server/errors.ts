interface Known {
  readonly status: number;
  readonly message: string;
  readonly ec?: string;
}

/** Codes, statuses and sentences of the cloud; an EC only where Alibaba documents one. */
const known = {
  AccessDenied: { status: 403, message: 'You have no right to access this object.' },
  AccessForbidden: {
    status: 403,
    message:
      'CORSResponse: This CORS request is not allowed: no rule of the bucket has its Origin, its Access-Control-Request-Method and its Access-Control-Request-Headers.',
  },
  BadRequest: { status: 400, message: 'The request is incomplete.' },
  BucketAlreadyExists: { status: 409, message: 'The requested bucket name is not available.' },
  CallbackFailed: { status: 203, message: 'The callback failed.' },
  BucketNotEmpty: { status: 409, message: 'The bucket you tried to delete is not empty.' },
  DownloadTrafficRateLimitExceeded: {
    status: 503,
    message: 'Please reduce your download request traffic',
  },
  EntityTooLarge: {
    status: 400,
    message: 'Your proposed upload exceeds the maximum allowed size.',
  },
  EntityTooSmall: {
    status: 400,
    message: 'Your proposed upload is smaller than the minimum allowed.',
  },
  FieldItemTooLong: { status: 400, message: 'Your post form field is too long.' },
  FileAlreadyExists: {
    status: 409,
    message: 'The object you specified already exists and can not be overwritten.',
    ec: '0026-00000002',
  },
  InternalError: { status: 500, message: 'We encountered an internal error. Please try again.' },
  InvalidAccessKeyId: {
    status: 403,
    message: 'The OSS Access Key Id you provided does not exist in our records.',
  },
  InvalidArgument: { status: 400, message: 'An argument is invalid.' },
  InvalidBucketName: { status: 400, message: 'The specified bucket is not valid.' },
  InvalidDigest: { status: 400, message: 'The Content-MD5 you specified was invalid.' },
  InvalidEncryptionAlgorithmError: {
    status: 400,
    message: 'The encryption request you specified is not valid. Supported value: AES256/KMS/SM4.',
  },
  InvalidObjectName: { status: 400, message: 'The specified object is not valid.' },
  InvalidObjectState: {
    status: 403,
    message: "The operation is not valid for the object's state",
    ec: '0016-00000404',
  },
  InvalidPart: { status: 400, message: 'One or more of the specified parts could not be found.' },
  InvalidPartOrder: { status: 400, message: 'The list of parts was not in ascending order.' },
  InvalidRange: { status: 416, message: 'The requested range cannot be satisfied.' },
  InvalidTag: { status: 400, message: 'The tag you specified is invalid.' },
  InvalidTargetType: {
    status: 400,
    message: 'The target of this symlink object is a symlink object.',
  },
  MalformedXML: { status: 400, message: 'The XML you provided was not well-formed.' },
  MetaOperationQpsLimitExceeded: {
    status: 503,
    message: 'Qps limit for the meta operation is exceeded',
  },
  MirrorFailed: { status: 424, message: 'The origin of the mirror did not give the object.' },
  MissingContentLength: {
    status: 411,
    message: 'You must provide the Content-Length HTTP header.',
  },
  NoSuchBucket: {
    status: 404,
    message: 'The specified bucket does not exist.',
    ec: '0015-00000101',
  },
  NoSuchCORSConfiguration: { status: 404, message: 'The CORS Configuration does not exist.' },
  NoSuchKey: { status: 404, message: 'The specified key does not exist.', ec: '0026-00000001' },
  NoSuchLifecycle: { status: 404, message: 'No Row found in Lifecycle Table.' },
  NoSuchUpload: { status: 404, message: 'The specified upload does not exist.' },
  NoSuchWebsiteConfiguration: {
    status: 404,
    message: 'The specified bucket does not have a website configuration.',
  },
  NotImplemented: { status: 501, message: 'The local OSS server does not do this.' },
  NotSymlink: { status: 400, message: 'The object you specified is not a symlink object.' },
  ObjectNotAppendable: { status: 409, message: 'The object is not appendable' },
  OperationNotSupported: {
    status: 400,
    message: 'The operation is not supported for this resource',
  },
  PositionNotEqualToLength: { status: 409, message: 'Position is not equal to file length' },
  PreconditionFailed: {
    status: 412,
    message: 'At least one of the pre-conditions you specified did not hold.',
  },
  RequestTimeTooSkewed: {
    status: 403,
    message: 'The difference between the request time and the current time is too large.',
  },
  RestoreAlreadyInProgress: { status: 409, message: 'The restore operation is in progress.' },
  SecurityTokenExpired: {
    status: 403,
    message: 'The security token you provided has expired.',
  },
  ServiceUnavailable: {
    status: 503,
    message: 'Thread pool is almost full, please retry later',
  },
  SignatureDoesNotMatch: {
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  },
  SymlinkTargetNotExist: {
    status: 404,
    message: 'The symlink target object does not exist',
    ec: '0026-00000012',
  },
  TotalQpsLimitExceeded: { status: 503, message: 'Max total qps limit is exceeded' },
  UploadTrafficRateLimitExceeded: {
    status: 503,
    message: 'Please reduce your upload request traffic',
  },
} as const satisfies Record<string, Known>;

export type ErrorCode = keyof typeof known;

export const errorCodes = Object.keys(known) as [ErrorCode, ...ErrorCode[]];

interface More {
  /** Instead of the code's own. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Anything the wire answers with an `<Error>`; `details` become further elements of it. */
export class OssError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message?: string,
    details: Record<string, string> = {},
    { status, headers = {} }: More = {},
  ) {
    const entry: Known = known[code];
    super(message ?? entry.message);
    this.name = 'OssError';
    this.code = code;
    this.status = status ?? entry.status;
    this.details = entry.ec === undefined ? details : { EC: entry.ec, ...details };
    this.headers = headers;
  }
}

export function notImplemented(what: string): OssError {
  return new OssError('NotImplemented', `The local OSS server does not implement ${what}.`);
}

export function invalidArgument(name: string, value: string, message?: string): OssError {
  return new OssError('InvalidArgument', message ?? `The value of ${name} is invalid.`, {
    ArgumentName: name,
    ArgumentValue: value,
  });
}
