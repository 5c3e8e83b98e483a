import { execFileSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EngineUnavailableError } from "../../../src/docker/engine-unavailable-error.ts";
import { pingServer } from "./ping-server.ts";
import { temporaryDirectory } from "./temp-directory.ts";

const failed = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const messageFor = (cause: unknown) =>
  new EngineUnavailableError([{ source: "default socket", endpoint: "unix:///x.sock", cause }]).message;

describe("EngineUnavailableError", () => {
  it.each([
    [failed("ENOENT"), /^No container engine was found.*nothing there.*systemctl start docker/s],
    [failed("ECONNREFUSED"), /^The container engine is not running.*systemctl start docker/s],
    [failed("EACCES"), /^You may not use.*permission denied.*usermod -aG docker/s],
    [failed("DEPTH_ZERO_SELF_SIGNED_CERT"), /^The container engine's TLS connection failed/],
    [new Error("self-signed certificate"), /^The container engine's TLS.*docker context inspect/s],
    [
      new Error("(HTTP code 400) bad - Client sent an HTTP request to an HTTPS server."),
      /TLS connection failed/,
    ],
    [
      new Error("write EPROTO 4F:error:0A:SSL routines:read:wrong version number:../ssl/read.c:77:\n"),
      /TLS connection failed.*\): wrong version number\n/s,
    ],
    [failed("ECONNRESET"), /^The container engine hung up.*without an answer.*systemctl start docker/s],
    [new DOMException("late", "TimeoutError"), /does not answer.*no answer within 5 seconds/s],
  ])("has words of its own for %s", (cause, words) => {
    expect(messageFor(cause)).toMatch(words);
  });

  it("thinks of TLS where an engine hangs up over a network", () => {
    const at = { source: "DOCKER_HOST", endpoint: "tcp://there:2376", cause: failed("ECONNRESET") };
    expect(new EngineUnavailableError([at]).message).toMatch(/hung up.*asks for TLS.*DOCKER_CERT_PATH/s);
  });

  it("puts a socket that may not be used before those that do not exist", () => {
    const tried = ["ENOENT", "EACCES", "ENOENT"].map((code, index) => ({
      source: `socket ${index}`,
      endpoint: `unix:///${index}.sock`,
      cause: failed(code),
    }));
    const error = new EngineUnavailableError(tried);
    expect(error.message).toMatch(/^You may not use/);
    expect(error.cause).toBe(tried[1]?.cause);
  });

  it.runIf(process.getuid?.() === 0)("tells a user outside the docker group how to join it", async () => {
    await using directory = await temporaryDirectory();
    await chmod(directory.path, 0o755);
    const path = join(directory.path, "engine.sock");
    await using _server = await pingServer({ path });
    await chmod(path, 0o600);
    const module = new URL("../../../src/docker/connect.ts", import.meta.url).href;
    const script = `const { connectEngine } = await import(${JSON.stringify(module)});
      await connectEngine({ environment: { DOCKER_HOST: "unix://${path}" } }).catch((error) => console.log(error.message));`;
    const asNobody = [
      "--reuid",
      "65534",
      "--clear-groups",
      process.execPath,
      "--input-type=module",
      "--eval",
      script,
    ];
    expect(execFileSync("setpriv", asNobody, { encoding: "utf8", cwd: "/" })).toMatch(/usermod -aG docker/);
  });
});
