import { folderStore } from '../../cli/folder-store.ts';
import { reconcile } from '../../shared/pipeline/reconcile.ts';
import { testDarkroom } from './darkrooms.ts';

/** One delivery of one event, with a decoder that takes the whole process with it. */
const [originals = '', derivatives = '', attempt = '0'] = process.argv.slice(2);
const darkroom = testDarkroom();
darkroom.codec.decode = async () => process.abort();
const report = await reconcile('killer.jpg', {
  ...darkroom,
  originals: folderStore(originals),
  derivatives: folderStore(derivatives),
  attempt: Number(attempt),
});
process.stdout.write(`${JSON.stringify(report)}\n`);
