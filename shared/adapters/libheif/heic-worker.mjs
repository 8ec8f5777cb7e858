// Decodes one HEIC picture in a thread of its own, so that a decoder that hangs can be ended. Plain
// JavaScript: it is a file of its own in the bundle, loaded when the first such picture comes.
import { parentPort, workerData } from 'node:worker_threads';
import libheif from 'libheif-js/wasm-bundle.js';

const images = new libheif.HeifDecoder().decode(workerData.file);
const image = images.find(one => one.is_primary()) ?? images[0];
if (!image) throw new Error('no image in the file');
const width = image.get_width();
const height = image.get_height();
if (width * height > workerData.maxPixels) throw new Error(`too large: ${width}x${height}`);
const target = { data: new Uint8ClampedArray(width * height * 4), width, height };
image.display(target, decoded => {
  if (!decoded) throw new Error('the picture could not be decoded');
  const { data } = decoded;
  parentPort.postMessage({ data, width, height }, [data.buffer]);
});
