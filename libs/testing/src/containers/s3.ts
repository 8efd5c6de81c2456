import { randomBytes } from 'node:crypto';
import { ObjectStore } from '@thalamus/object-store';
import { GenericContainer } from 'testcontainers';
import { images } from './images.js';
import { serve, type Served } from './served.js';
import { untilAnswers } from './until-answers.js';

const port = 8333;
const startsWithinMs = 60_000;

/** What clients of the store in a container need. */
export interface ServedStore {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** SeaweedFS of its own image, with one bucket. */
export async function startS3(): Promise<Served<ServedStore>> {
  const [accessKey, secretKey] = [8, 16].map((bytes) => randomBytes(bytes).toString('hex'));
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
  const identities = { identities: [{ name: 'tests', credentials: [{ accessKey, secretKey }], actions }] };
  const container = await new GenericContainer(images.s3)
    .withCopyContentToContainer([{ content: JSON.stringify(identities), target: '/tmp/s3.json' }])
    .withEntrypoint(['weed'])
    .withCommand(['server', '-dir=/data', '-s3', `-s3.port=${port}`, '-s3.config=/tmp/s3.json'])
    .withExposedPorts(port)
    .withStartupTimeout(startsWithinMs)
    .start();
  const address: ServedStore = {
    endpoint: `http://${container.getHost()}:${container.getMappedPort(port)}`,
    region: 'us-east-1',
    bucket: 'thalamus',
    accessKeyId: accessKey ?? '',
    secretAccessKey: secretKey ?? '',
  };
  return serve(container, address, () =>
    untilAnswers('SeaweedFS', startsWithinMs, async () => {
      const { bucket, region, endpoint, accessKeyId, secretAccessKey } = address;
      using store = new ObjectStore({
        bucket,
        region,
        endpoint,
        credentials: { accessKeyId, secretAccessKey },
      });
      await store.ensureBucket();
      // It answers some seconds before there is a volume to write to.
      await store.put('.probe', 'writable');
      await store.delete(['.probe']);
    }),
  );
}
