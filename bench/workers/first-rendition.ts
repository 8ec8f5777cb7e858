import { developFile, listOf } from './darkroom.ts';

/** Says so when the first file is written; the process that started this one holds the watch. */
const [path = ''] = process.argv.slice(2);
const outputs = [{ width: 320, format: 'jpeg' as const, options: { quality: 80 } }];
await developFile(path, listOf(outputs), () => console.log('first'));
