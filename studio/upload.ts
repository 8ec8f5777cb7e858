import { api } from './api.ts';

/** A photo on its way, as an app's client sends it: by an address that the server signed, straight to OSS. */
export interface Sending {
  id: number;
  key: string;
  /** What the browser shows of it until there is more. */
  preview: string;
  bytes: number;
  /** From 0 to 1. */
  sent: number;
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  problem?: string;
}

const AT_ONCE = 3;
let lastId = 0;

export function sendingOf(file: File, key: string): Sending {
  lastId += 1;
  return {
    id: lastId,
    key,
    preview: URL.createObjectURL(file),
    bytes: file.size,
    sent: 0,
    state: 'waiting',
  };
}

/** All of them, a few at a time; one that fails holds up no other. */
export async function sendAll(
  files: { file: File; sending: Sending }[],
  onChange: (sending: Sending) => void,
): Promise<void> {
  const waiting = [...files];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await send(next.file, next.sending, onChange);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function send(file: File, sending: Sending, onChange: (sending: Sending) => void) {
  try {
    const contentType = file.type || 'application/octet-stream';
    const { url, headers } = await api.upload(sending.key, contentType);
    onChange({ ...sending, state: 'sending' });
    await put(url, headers, file, sent => onChange({ ...sending, state: 'sending', sent }));
    onChange({ ...sending, state: 'sent', sent: 1 });
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    onChange({ ...sending, state: 'failed', problem });
  }
}

/** fetch does not tell how far an upload is. */
function put(
  url: string,
  headers: Record<string, string>,
  file: File,
  onProgress: (sent: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new Error('OSS did not answer'));
    request.onload = () => {
      if (request.status === 200) resolve();
      else reject(new Error(`OSS answered ${request.status}`));
    };
    request.send(file);
  });
}
