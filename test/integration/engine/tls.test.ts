import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { EngineUnavailableError } from "../../../src/docker/engine-unavailable-error.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { startEngineProxy } from "../../fixtures/engine-proxy.ts";
import { makeCertificates } from "../../fixtures/engine-proxy-certificates.ts";
import { docker } from "../docker/container-support.ts";
import { echoed, failureOf, numberedLines } from "./engine-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

/** A proxy over TLS, and how to connect to it with one directory of certificates or another. */
const tlsEngine = async () => {
  await using stack = new AsyncDisposableStack();
  const direct = stack.use(await connectEngine());
  const certificates = stack.use(await makeCertificates());
  const { url } = stack.use(await startEngineProxy(direct, { certificates }));
  const owned = stack.move();
  return {
    certificates,
    url,
    connect: (directory: string) =>
      connectEngine({
        environment: { DOCKER_HOST: url, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: directory },
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

/** The files of a `DOCKER_CERT_PATH`, each from one directory or another. */
const mixed = async (files: Readonly<Record<string, string>>) => {
  const path = await mkdtemp(join(tmpdir(), "stepdock-mixed-"));
  for (const [name, directory] of Object.entries(files)) await cp(join(directory, name), join(path, name));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

/** One error, of three lines: what happened, why, and that TLS and which settings are to be seen to. */
const expectRefusal = (error: Error, url: string, headline: string, reason: string): void => {
  expect(error).toBeInstanceOf(EngineUnavailableError);
  expect(error).toMatchObject({ code: "engine_unavailable", tried: [{ endpoint: url }] });
  expect(error.message.split("\n")).toEqual([
    `${headline} Tried:`,
    `  DOCKER_HOST (${url}): ${reason}`,
    expect.stringMatching(/asks for TLS.*DOCKER_CERT_PATH is the directory of the ca\.pem, cert\.pem/),
  ]);
};

const TLS_FAILED = "The container engine's TLS connection failed.";
const HUNG_UP = "The container engine hung up.";

describe("an engine behind TLS that asks for client certificates", () => {
  it("runs a container whose input and output arrive whole", async () => {
    await using tls = await tlsEngine();
    await using engine = await tls.connect(tls.certificates.client);
    const lines = numberedLines(50_000);
    expect(await echoed(engine, lines)).toBe(`${lines}exit 0`);
  });

  it("is refused where another authority vouches for it", async () => {
    await using tls = await tlsEngine();
    await using other = await makeCertificates();
    await using files = await mixed({
      "ca.pem": other.client,
      "cert.pem": tls.certificates.client,
      "key.pem": tls.certificates.client,
    });
    expectRefusal(
      await failureOf(tls.connect(files.path)),
      tls.url,
      TLS_FAILED,
      "self-signed certificate in certificate chain",
    );
  });

  it("refuses a client without a certificate, which is told so", async () => {
    await using tls = await tlsEngine();
    await using files = await mixed({ "ca.pem": tls.certificates.client });
    expectRefusal(
      await failureOf(tls.connect(files.path)),
      tls.url,
      TLS_FAILED,
      "tlsv13 alert certificate required",
    );
  });

  it("refuses a client that another authority vouches for, which is told so", async () => {
    await using tls = await tlsEngine();
    await using other = await makeCertificates();
    await using files = await mixed({
      "ca.pem": tls.certificates.client,
      "cert.pem": other.client,
      "key.pem": other.client,
    });
    expectRefusal(await failureOf(tls.connect(files.path)), tls.url, HUNG_UP, "it hung up without an answer");
  });

  it("hangs up on a client that speaks plain HTTP, which is told of TLS", async () => {
    await using tls = await tlsEngine();
    const error = await failureOf(connectEngine({ environment: { DOCKER_HOST: tls.url } }));
    expectRefusal(error, tls.url, HUNG_UP, "it hung up without an answer");
  });

  it("is missed as TLS where the engine speaks plain TCP", async () => {
    await using direct = await connectEngine();
    await using certificates = await makeCertificates();
    await using proxy = await startEngineProxy(direct);
    const environment = {
      DOCKER_HOST: proxy.url,
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: certificates.client,
    };
    expectRefusal(
      await failureOf(connectEngine({ environment })),
      proxy.url,
      TLS_FAILED,
      "wrong version number",
    );
  });
});
