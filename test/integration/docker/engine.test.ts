import { describe, expect, it } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";

describe("the engine of this machine", () => {
  it("is found and tells its own figures", async () => {
    await using engine = await connectEngine();
    const info = await engine.info();
    expect(info).toMatchObject({ endpoint: engine.endpoint, osType: "linux" });
    expect(info.architecture).toMatch(/^(?:amd64|arm64|arm|386|ppc64le|s390x|riscv64)$/);
    expect(info.cpus).toBeGreaterThan(0);
    expect(info.memoryBytes).toBeGreaterThan(1024 * 1024);
    expect(info.apiVersion).toMatch(/^\d+\.\d+$/);
  });

  it("is not asked once the signal was aborted", async () => {
    await using engine = await connectEngine();
    await expect(engine.info({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "interrupted" });
  });
});
