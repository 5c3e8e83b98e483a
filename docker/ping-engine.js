// Asks whether a container engine answers. Plain Node without dependencies, so that it runs before anything is set up.
// Prints where one answers and exits 0; exits 4 where one is there that this user may not use, 1 where there is none.
// With a socket as its argument it asks only there.
import { execFileSync } from "node:child_process";
import { request } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";

const LIMIT_MILLISECONDS = 5_000;
const STATUS = { answers: 0, none: 1, forbidden: 4 };

/** Why it does not answer, or undefined if it does. The first time, this process itself may have stood still. */
const ping = async (target) => {
  const trouble = await pingOnce(target);
  return trouble === SILENCE ? await pingOnce(target) : trouble;
};

const SILENCE = "no answer";

const pingOnce = (target) =>
  new Promise((resolve) => {
    const asked = request({ ...target, path: "/_ping", timeout: LIMIT_MILLISECONDS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`);
    });
    asked.on("error", (error) => resolve(error.code ?? error.message));
    asked.on("timeout", () => asked.destroy(new Error(SILENCE)));
    asked.end();
  });

/** The client knows contexts, TLS and ssh; it is not installed everywhere. */
const clientReachesEngine = () => {
  try {
    const options = { stdio: "pipe", timeout: LIMIT_MILLISECONDS };
    return execFileSync("docker", ["version", "--format", "{{.Server.Version}}"], options).length > 1;
  } catch {
    return false;
  }
};

const usualSockets = () => {
  const runtime = process.env.XDG_RUNTIME_DIR;
  return [
    "/var/run/docker.sock",
    ...(runtime ? [join(runtime, "docker.sock"), join(runtime, "podman/podman.sock")] : []),
    ...[".docker/run/docker.sock", ".docker/desktop/docker.sock"].map((path) => join(homedir(), path)),
    join(homedir(), ".colima/default/docker.sock"),
    "/run/podman/podman.sock",
  ];
};

const askSockets = async (sockets) => {
  let forbidden;
  for (const socketPath of sockets) {
    const trouble = await ping({ socketPath });
    if (!trouble) return [STATUS.answers, socketPath];
    if (trouble === "EACCES") forbidden ??= socketPath;
  }
  return forbidden ? [STATUS.forbidden, forbidden] : [STATUS.none, ""];
};

const askNamed = async (endpoint) => {
  const { protocol, pathname, hostname, port } = new URL(endpoint);
  if (protocol === "unix:") return askSockets([pathname]);
  const plain = ["tcp:", "http:"].includes(protocol) && !process.env.DOCKER_TLS_VERIFY;
  const trouble = plain ? await ping({ host: hostname, port: port || 2375 }) : "not asked";
  return [trouble ? STATUS.none : STATUS.answers, trouble ? "" : endpoint];
};

const ask = async (only) => {
  if (only) return askSockets([only]);
  if (clientReachesEngine())
    return [STATUS.answers, process.env.DOCKER_HOST ?? "the docker client's endpoint"];
  return process.env.DOCKER_HOST ? askNamed(process.env.DOCKER_HOST) : askSockets(usualSockets());
};

const [status, where] = await ask(process.argv[2]);
if (where) console.log(where);
process.exitCode = status;
