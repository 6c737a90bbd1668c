import { spawnSync } from 'node:child_process';

/**
 * Builds both images with whichever builder is there and works. Environment:
 *   IMAGE_BUILDER   docker, podman or buildah; the first that works unless told
 *   NODE_IMAGE      base image with Node (the Dockerfiles have a default)
 *   WEBHOOK_IMAGE   name of the webhook's image, keyferry-webhook:0.1.0 unless told
 *   AGENT_IMAGE     name of the agent's image, keyferry-agent:0.1.0 unless told
 *   BITWARDEN_SDK   `no`: without Bitwarden's SDK, for images that others get (docs/dependencies.md)
 *   BUILD_ARGS      further arguments for the builder, separated by blanks
 *   SOURCE_DATE_EPOCH  time of every file in the images, in seconds; 0 unless told, so that equal contents make equal images
 */
const environment = process.env;
const epoch = environment.SOURCE_DATE_EPOCH ?? '0';

const quietly = (command, args) =>
  spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000, encoding: 'utf8' });

/** `works` asks for what the build will need: a docker client without an engine is no builder. */
const builders = [
  {
    name: 'docker',
    works: ['version', '--format', '{{.Server.Version}}'],
    build: ['build', '--build-arg', `SOURCE_DATE_EPOCH=${epoch}`],
  },
  { name: 'podman', works: ['info'], build: ['build', '--timestamp', epoch] },
  { name: 'buildah', works: ['info'], build: ['build', '--layers', '--timestamp', epoch] },
];

const whyNot = ({ name, works }) => {
  const { error, status, stderr } = quietly(name, works);
  if (error?.code === 'ENOENT') return 'not installed';
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : stderr.trim().split('\n').at(-1);
};

const chooseBuilder = () => {
  const wanted = environment.IMAGE_BUILDER;
  const candidates = builders.filter(({ name }) => wanted === undefined || name === wanted);
  const refusals = [];
  for (const candidate of candidates) {
    const reason = whyNot(candidate);
    if (reason === undefined) return candidate;
    refusals.push(`  ${candidate.name}: ${reason}`);
  }
  const found = refusals.length === 0 ? `  ${wanted}: not one of them` : refusals.join('\n');
  console.error(`make images needs docker, podman or buildah:\n${found}`);
  process.exit(1);
};

const builder = chooseBuilder();
const nodeImage = environment.NODE_IMAGE ? ['--build-arg', `NODE_IMAGE=${environment.NODE_IMAGE}`] : [];
const extra = (environment.BUILD_ARGS ?? '').split(/\s+/).filter((word) => word !== '');

const images = [
  {
    file: 'Dockerfile.webhook',
    tag: environment.WEBHOOK_IMAGE || 'keyferry-webhook:0.1.0',
    own: environment.BITWARDEN_SDK ? ['--build-arg', `BITWARDEN_SDK=${environment.BITWARDEN_SDK}`] : [],
  },
  { file: 'Dockerfile.agent', tag: environment.AGENT_IMAGE || 'keyferry-agent:0.1.0', own: [] },
];
for (const { file, tag, own } of images) {
  console.log(`${builder.name}: building ${tag} from ${file}`);
  const args = [...builder.build, ...nodeImage, ...own, ...extra, '--file', file, '--tag', tag, '.'];
  const { error, status } = spawnSync(builder.name, args, {
    stdio: 'inherit',
    env: { ...environment, SOURCE_DATE_EPOCH: epoch },
  });
  if (error !== undefined || status !== 0) {
    console.error(`${builder.name}: ${tag} was not built${error === undefined ? '' : `: ${error.message}`}`);
    process.exit(1);
  }
}
console.log(`images: ${images.map(({ tag }) => tag).join(' ')}`);
