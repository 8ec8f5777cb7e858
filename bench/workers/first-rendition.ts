import { develop, listOf } from './darkroom.ts';

/** Says so when the first file is stored; the process that started this one holds the watch. */
const [path = ''] = process.argv.slice(2);
const outputs = [{ width: 320, format: 'jpeg' as const, options: { quality: 80 } }];
let isFirst = true;
await develop(path, listOf(outputs), {
  stored: () => {
    if (isFirst) console.log('first');
    isFirst = false;
  },
});
