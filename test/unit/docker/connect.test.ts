import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectEngine, connectFirst } from "../../../src/docker/connect.ts";
import { ENDPOINT_STRATEGIES, socketAt } from "../../../src/docker/endpoint-strategies.ts";
import { EngineUnavailableError } from "../../../src/docker/engine-unavailable-error.ts";
import { pingServer } from "./ping-server.ts";
import { temporaryDirectory } from "./temp-directory.ts";

const failure = async (work: Promise<unknown>): Promise<Error> => {
  const [result] = await Promise.allSettled([work]);
  if (result.status === "fulfilled") throw new Error("it did not fail");
  return result.reason;
};

/** The strategies without this machine's own default socket, where a real engine may answer. */
const withoutSystemSockets = (path: string) => [
  ...ENDPOINT_STRATEGIES.slice(0, 3),
  socketAt("first socket", () => join(path, "first.sock")),
  socketAt("second socket", () => join(path, "second.sock")),
];

const writeContext = async (
  directory: Awaited<ReturnType<typeof temporaryDirectory>>,
  name: string,
  docker: unknown,
) => {
  const id = createHash("sha256").update(name).digest("hex");
  await directory.write(
    `contexts/meta/${id}/meta.json`,
    JSON.stringify({ Name: name, Endpoints: { docker } }),
  );
  return id;
};

describe("connectEngine", () => {
  it("takes the engine that DOCKER_HOST names, before any context", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "engine.sock");
    await using _server = await pingServer({ path });
    const environment = { DOCKER_HOST: `unix://${path}`, DOCKER_CONTEXT: "absent", HOME: directory.path };
    await using engine = await connectEngine({ environment });
    expect(engine.endpoint).toBe(`unix://${path}`);
  });

  it("speaks TCP to a DOCKER_HOST without a scheme", async () => {
    await using server = await pingServer();
    await using engine = await connectEngine({ environment: { DOCKER_HOST: `127.0.0.1:${server.port}` } });
    expect(engine.endpoint).toBe(`tcp://127.0.0.1:${server.port}`);
  });

  it("heeds its own environment alone, whatever DOCKER_HOST the process has", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "engine.sock");
    await using _server = await pingServer({ path });
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = "tcp://127.0.0.1:1";
    try {
      await using engine = await connectEngine({ environment: { DOCKER_HOST: `unix://${path}` } });
      expect(engine.endpoint).toBe(`unix://${path}`);
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
  });

  it("never takes another engine for a DOCKER_HOST that does not answer", async () => {
    await using directory = await temporaryDirectory();
    await using _server = await pingServer({ path: join(directory.path, "first.sock") });
    const environment = { DOCKER_HOST: "tcp://127.0.0.1:1" };
    const error = await failure(connectFirst(withoutSystemSockets(directory.path), { environment }));
    expect(error).toBeInstanceOf(EngineUnavailableError);
    expect(error).toMatchObject({ code: "engine_unavailable", tried: [{ source: "DOCKER_HOST" }] });
    expect(error.message).toContain("not running");
    expect(error.message).toContain("tcp://127.0.0.1:1");
  });

  it.each([
    ["ssh://me@there", /ssh -nNT -L/],
    ["fd://3", /Use unix:\/\//],
    ["unix://", /path of the socket is missing/],
    ["npipe:////./pipe/docker_engine", /Windows/],
  ])("refuses DOCKER_HOST=%s and says what to do", async (value, words) => {
    const error = await failure(connectEngine({ environment: { DOCKER_HOST: value } }));
    expect(error).toMatchObject({ code: "settings_invalid", setting: "DOCKER_HOST" });
    expect(error.message).toMatch(words);
  });

  it("takes the current context of the Docker config", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "engine.sock");
    await using _server = await pingServer({ path });
    await writeContext(directory, "mine", { Host: `unix://${path}` });
    await directory.write("config.json", JSON.stringify({ currentContext: "mine" }));
    await using engine = await connectEngine({ environment: { DOCKER_CONFIG: directory.path } });
    expect(engine.endpoint).toBe(`unix://${path}`);
  });

  it("finds the Docker config in the home directory, and prefers DOCKER_CONTEXT to what it says", async () => {
    await using directory = await temporaryDirectory();
    await directory.write(".docker/config.json", JSON.stringify({ currentContext: "mine" }));
    const environment = { HOME: directory.path, DOCKER_CONTEXT: "other" };
    const error = await failure(connectEngine({ environment }));
    expect(error.message).toMatch(/Docker context "other" does not exist.*docker context ls/);
    expect(error.message).toContain(join(directory.path, ".docker/contexts/meta"));
  });

  it("never takes another engine for a context that does not answer", async () => {
    await using directory = await temporaryDirectory();
    await using _server = await pingServer({ path: join(directory.path, "first.sock") });
    await writeContext(directory, "mine", { Host: `unix://${directory.path}/gone.sock` });
    const environment = { DOCKER_CONFIG: directory.path, DOCKER_CONTEXT: "mine" };
    const error = await failure(connectFirst(withoutSystemSockets(directory.path), { environment }));
    expect(error).toMatchObject({ tried: [{ source: 'Docker context "mine"' }] });
    expect(error.message).toContain("No container engine was found");
  });

  it("says which Docker config is damaged", async () => {
    await using directory = await temporaryDirectory();
    const path = await directory.write("config.json", "{");
    const error = await failure(connectEngine({ environment: { DOCKER_CONFIG: directory.path } }));
    expect(error).toMatchObject({ code: "settings_invalid", setting: path });
    expect(error.message).toContain("not JSON");
  });

  it("goes on to the next well-known socket where nothing listens on one", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "second.sock");
    await using _server = await pingServer({ path });
    const environment = { HOME: directory.path };
    await using engine = await connectFirst(withoutSystemSockets(directory.path), { environment });
    expect(engine.endpoint).toBe(`unix://${path}`);
  });

  it("lists every place it looked at where there is no engine at all", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "second.sock"), "a file, no socket");
    const environment = { HOME: directory.path };
    const error = await failure(connectFirst(withoutSystemSockets(directory.path), { environment }));
    expect(error).toMatchObject({ tried: [{ source: "first socket" }, { source: "second socket" }] });
    expect(error.message).toMatch(
      /first\.sock\): nothing there\n.*second\.sock\): nothing listens there\n.*systemctl/s,
    );
  });

  it("refuses what answers a ping but is no engine", async () => {
    await using server = await pingServer({ answer: "hello" });
    const environment = { DOCKER_HOST: `http://127.0.0.1:${server.port}` };
    const error = await failure(connectEngine({ environment }));
    expect(error.message).toContain("what answers is no engine");
  });

  it("is interrupted by its signal while an engine keeps silent", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "silent.sock");
    const aborter = new AbortController();
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      aborter.abort();
    }).listen(path);
    await using _closing = { [Symbol.asyncDispose]: async () => void server.close() };
    const environment = { DOCKER_HOST: `unix://${path}` };
    const error = await failure(connectEngine({ environment, signal: aborter.signal }));
    expect(error).toMatchObject({ code: "interrupted" });
  });
});

describe("connectEngine over TLS", () => {
  const makeCertificate = (directory: string, ...names: string[]) => {
    const [key = "", certificate = ""] = names.map((name) => join(directory, name));
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const kind = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "1",
    ];
    execFileSync("openssl", [...kind, "-keyout", key, "-out", certificate, ...subject], { stdio: "ignore" });
  };

  const tlsEngine = async (directory: string) => {
    makeCertificate(directory, "server-key.pem", "ca.pem");
    makeCertificate(directory, "key.pem", "cert.pem");
    const [key, cert, ca] = await Promise.all(
      ["server-key.pem", "ca.pem", "cert.pem"].map((name) => readFile(join(directory, name))),
    );
    return pingServer({ tls: { key, cert, ca, requestCert: true, rejectUnauthorized: true } as object });
  };

  it("presents the certificates of DOCKER_CERT_PATH and checks the engine's", async () => {
    await using directory = await temporaryDirectory();
    await using server = await tlsEngine(directory.path);
    const address = `tcp://127.0.0.1:${server.port}`;
    const environment = { DOCKER_HOST: address, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: directory.path };
    await using engine = await connectEngine({ environment });
    expect(engine.endpoint).toBe(address);
  });

  it("presents the certificates of a context", async () => {
    await using directory = await temporaryDirectory();
    await using server = await tlsEngine(directory.path);
    const id = await writeContext(directory, "far", { Host: `tcp://127.0.0.1:${server.port}` });
    for (const name of ["ca.pem", "cert.pem", "key.pem"])
      await directory.write(
        `contexts/tls/${id}/docker/${name}`,
        await readFile(join(directory.path, name), "utf8"),
      );
    const environment = { DOCKER_CONFIG: directory.path, DOCKER_CONTEXT: "far" };
    await using engine = await connectEngine({ environment });
    expect(engine.endpoint).toBe(`tcp://127.0.0.1:${server.port}`);
  });

  it("trusts any certificate where the context says so", async () => {
    await using directory = await temporaryDirectory();
    await using other = await temporaryDirectory();
    makeCertificate(directory.path, "server-key.pem", "ca.pem");
    const [key, cert] = await Promise.all(
      ["server-key.pem", "ca.pem"].map((name) => readFile(join(directory.path, name))),
    );
    await using server = await pingServer({ tls: { key, cert } as object });
    const environment = { DOCKER_CONFIG: other.path, DOCKER_CONTEXT: "far" };
    const Host = `tcp://127.0.0.1:${server.port}`;
    await writeContext(other, "far", { Host, SkipTLSVerify: true });
    await using engine = await connectEngine({ environment });
    expect(engine.endpoint).toBe(Host);
  });

  it.each([
    ["without the engine's certificate authority", { DOCKER_TLS_VERIFY: "1" }],
    ["in plain HTTP to an engine that wants TLS", {}],
  ])("tells of TLS when it fails %s", async (_case, variables) => {
    await using directory = await temporaryDirectory();
    await using empty = await temporaryDirectory();
    await using server = await tlsEngine(directory.path);
    const host = { DOCKER_HOST: `tcp://127.0.0.1:${server.port}`, HOME: empty.path };
    const error = await failure(connectEngine({ environment: { ...host, ...variables } }));
    expect(error).toMatchObject({ code: "engine_unavailable" });
    expect(error.message).toContain("DOCKER_HOST");
    expect(error.message).toMatch(/asks for TLS.*DOCKER_CERT_PATH/s);
  });
});
