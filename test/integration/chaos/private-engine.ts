import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import Dockerode from "dockerode";

export const canStartEngine =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  spawnSync("unshare", ["--net", "--mount", "dockerd", "--version"]).status === 0;

/** A dockerd that is nobody else's, in namespaces of its own, which outlive it: it may be ended and started again. */
export interface PrivateEngine extends AsyncDisposable {
  /** As `DOCKER_HOST` has it. */
  readonly host: string;
  /** Ends it, and resolves when it is gone. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** It lives on and answers nothing. */
  freeze(): void;
  thaw(): void;
  /** Resolves when it answers. */
  start(): Promise<void>;
}

const isApart = async (pid: number | undefined): Promise<boolean> => {
  const [own, theirs] = await Promise.all(["self", pid].map((each) => readlink(`/proc/${each}/ns/mnt`)));
  return own !== theirs && (await readFile(`/proc/${pid}/comm`, "utf8")).trim() === "sleep";
};

export const startPrivateEngine = async (): Promise<PrivateEngine> => {
  const folder = await mkdtemp(join(tmpdir(), "sd-engine-"));
  const namespaces = spawn("unshare", ["--net", "--mount", "sleep", "infinity"], { stdio: "ignore" });
  await once(namespaces, "spawn");
  // Before it has a network of its own, an engine started in it would take the machine's bridge away.
  while (!(await isApart(namespaces.pid))) await setTimeout(10);
  const socketPath = join(folder, "d.sock");
  let daemon: ChildProcess | undefined;
  const start = async () => {
    // Where nobody reaps it, a containerd that was killed with its dockerd seems to live.
    await rm(join(folder, "exec/containerd/containerd.pid"), { force: true });
    await rm(join(folder, "pid"), { force: true });
    daemon = spawn("nsenter", ["-t", `${namespaces.pid}`, "-n", "-m", ...command(folder)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const docker = new Dockerode({ socketPath });
    let said = "";
    daemon.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    while (!(await answers(docker))) {
      if (daemon.exitCode !== null || daemon.signalCode !== null)
        throw new Error(`dockerd ended: ${said.slice(-1000)}`);
      await setTimeout(50);
    }
  };
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const exited = once(daemon, "exit");
    daemon.kill(signal);
    await exited;
  };
  const freeze = () => void daemon?.kill("SIGSTOP");
  const thaw = () => void daemon?.kill("SIGCONT");
  await start();
  return {
    ...{ host: `unix://${socketPath}`, start, end, freeze, thaw },
    [Symbol.asyncDispose]: async () => {
      thaw();
      await end("SIGTERM");
      const exited = once(namespaces, "exit");
      namespaces.kill();
      await exited;
      // What the engine had started may end after it, and still write.
      await rm(folder, { recursive: true, force: true, maxRetries: 50 });
    },
  };
};

const command = (folder: string): string[] => [
  "dockerd",
  ...["-H", `unix://${folder}/d.sock`, "--pidfile", `${folder}/pid`],
  ...["--data-root", `${folder}/data`, "--exec-root", `${folder}/exec`],
  ...["--bridge=none", "--iptables=false", "--shutdown-timeout=2"],
];

const answers = (docker: Dockerode): Promise<boolean> =>
  docker.ping().then(
    () => true,
    () => false,
  );
