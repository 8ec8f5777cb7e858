import { useState } from 'preact/hooks';
import { bestUrl, type Client, type Photo as Shown } from '../../client/index.ts';
import { bytesText } from '../figures.ts';
import { Picture } from '../parts/picture.tsx';
import { firstShown, useStudio, useWords } from '../shared.ts';
import type { Photo } from '../wire.ts';

/** What a device is sent, in its frame. */

/** Widths in CSS pixels and densities that many of each kind have. */
const DEVICES = {
  phone: { width: 390, height: 844, density: 3 },
  tablet: { width: 820, height: 1180, density: 2 },
  desktop: { width: 1440, height: 900, density: 2 },
} as const;
type Device = keyof typeof DEVICES;

const ANY: Client = { formats: ['avif', 'webp', 'jpeg', 'png'], density: 3 };

export function Devices({ photo }: { photo: Photo }) {
  const words = useWords();
  const { place } = useStudio();
  const made = [...new Set(photo.files.filter(({ url }) => url).map(({ preset }) => preset))];
  const [chosen, choosePreset] = useState<string>();
  const [client, chooseClient] = useState('');
  const preset = chosen !== undefined && made.includes(chosen) ? chosen : (firstShown(made) ?? '');
  const shows = (place.clients[client] as Client | undefined) ?? ANY;
  return (
    <section>
      <h2>{words.shown}</h2>
      <p class="choices">
        <label>
          {words.preset}{' '}
          <select value={preset} onChange={event => choosePreset(event.currentTarget.value)}>
            {made.map(name => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {words.client}{' '}
          <select value={client} onChange={event => chooseClient(event.currentTarget.value)}>
            <option value="">—</option>
            {Object.keys(place.clients).map(name => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </p>
      <div class="devices">
        {(Object.keys(DEVICES) as Device[]).map(device => (
          <Frame key={device} device={device} photo={photo} preset={preset} client={shows} />
        ))}
      </div>
    </section>
  );
}

interface Framed {
  device: Device;
  photo: Photo;
  preset: string;
  client: Client;
}

function Frame({ device, photo, preset, client }: Framed) {
  const words = useWords();
  const { place } = useStudio();
  const { width, density } = DEVICES[device];
  const file = fileFor({ device, photo, preset, client }, place.cdn);
  const [viewed, setViewed] = useState<string>();
  // To fetch what is not there has it made, as any view does.
  const isShown = file?.state === 'rendered' || (file !== undefined && file.url === viewed);
  return (
    <figure class={`device ${device}`}>
      <div class="screen">
        {file && !isShown ? (
          <button type="button" onClick={() => setViewed(file.url)}>
            {words.haveMade}
          </button>
        ) : null}
        {file && isShown ? (
          <Picture
            url={file.url}
            alt={`${preset}, ${words[device]}`}
            placeholder={photo.entry.placeholder}
          />
        ) : null}
      </div>
      <figcaption>
        {words[device]}, {width} px @{Math.min(density, client.density)}x
        <br />
        <small>
          {file
            ? `${file.width} px ${file.format}${file.bytes ? `, ${bytesText(file.bytes)}` : ''}`
            : words.noFile}
          {file && !isShown ? ` ${words.notMade}` : ''}
        </small>
      </figcaption>
    </figure>
  );
}

/** As the client module chooses, so that what is seen here is what an app would ask for. */
function fileFor({ device, photo, preset, client }: Framed, base: string) {
  const { width: cssWidth, density } = DEVICES[device];
  try {
    const url = bestUrl(photo.manifest as Shown, { base, preset, cssWidth, density, client });
    return photo.files.find(file => file.url === url);
  } catch {
    // The client module throws where there is no file to show, which is said below the frame.
    return undefined;
  }
}
