import { dockerConfigDirectory, type Environment } from "./docker-config.ts";
import { type Endpoint, readTlsFiles } from "./endpoint.ts";
import { DockerSettingsError } from "./settings-error.ts";

/** The engine that `DOCKER_HOST` names, with TLS as `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` say. */
export const dockerHost = async (environment: Environment): Promise<Endpoint | undefined> => {
  const value = environment.DOCKER_HOST;
  if (!value) return undefined;
  const url = checkedUrl("DOCKER_HOST", value.includes("://") ? value : `tcp://${value}`);
  const base = { source: "DOCKER_HOST", url, explicit: true };
  if (!wantsTls(url, environment)) return base;
  const directory = environment.DOCKER_CERT_PATH || dockerConfigDirectory(environment);
  return { ...base, tls: { ...(await readTlsFiles(directory)), rejectUnauthorized: true } };
};

const wantsTls = (url: string, environment: Environment): boolean =>
  url.startsWith("https:") ||
  (url.startsWith("tcp:") && Boolean(environment.DOCKER_TLS_VERIFY || environment.DOCKER_CERT_PATH));

/** `url` where we can speak to such an engine; a `DockerSettingsError` that names `setting` where we cannot. */
export const checkedUrl = (setting: string, url: string): string => {
  const problem = problemOf(url);
  if (problem === undefined) return url;
  throw new DockerSettingsError(setting, `${setting} names the engine ${url}: ${problem}`);
};

const problemOf = (url: string): string | undefined => {
  const parsed = URL.parse(url);
  switch (parsed?.protocol) {
    case "unix:":
      return parsed.pathname.length > 1
        ? undefined
        : "the path of the socket is missing. Write unix:///path/to/docker.sock.";
    case "tcp:":
    case "http:":
    case "https:":
      return parsed.hostname ? undefined : "the name of the host is missing. Write tcp://host:2375.";
    case "npipe:":
      return process.platform === "win32" ? undefined : "named pipes exist on Windows alone.";
    case "ssh:":
      return SSH;
    default:
      return "this is no address that stepdock understands. Use unix://, tcp://, http:// or https://.";
  }
};

const SSH =
  "engines over ssh are not supported. Forward its socket, `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock user@host`, and use unix:///tmp/docker.sock.";
