import { folderStore } from '../../cli/render/folder-store.ts';
import { backfill } from '../../shared/pipeline/bulk/backfill.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import { testDarkroom } from './darkrooms.ts';

/** One delivery of one event, of a batch where there are several keys: some take the whole process with them. */
const [originals = '', derivatives = '', attempt = '0', ...keys] = process.argv.slice(2);
const darkroom = testDarkroom();
const { decode } = darkroom.codec;
darkroom.codec.decode = async (file, options) => {
  await new Promise(resolve => setTimeout(resolve, 20));
  return file.toString().includes('killer') ? process.abort() : await decode(file, options);
};
const opened = {
  ...darkroom,
  originals: folderStore(originals),
  derivatives: folderStore(derivatives),
  config: folderStore(`${derivatives}-config`),
  attempt: Number(attempt),
};
const [key = ''] = keys;
const answer =
  keys.length > 1
    ? await backfill({ keys, mode: 'settle' }, opened, opened.config)
    : await reconcile(key, opened);
process.stdout.write(`${JSON.stringify(answer)}\n`);
