import { describe, expect, it } from "vitest";
import { asDockerError, DockerRequestError, statusCodeOf } from "../../../src/docker/request-error.ts";

const refusal = (statusCode: number, words: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${words} `), { statusCode });

describe("asDockerError", () => {
  it("says what was asked, of what, and why the engine refused, without HTTP jargon", () => {
    const error = asDockerError("remove container", "c1", refusal(409, "container c1 is running"));
    expect(error).toBeInstanceOf(DockerRequestError);
    expect(error).toMatchObject({ code: "docker_request_failed", statusCode: 409, subject: "c1" });
    expect(error.message).toBe("Docker could not remove container c1: container c1 is running.");
  });

  it("tells of a full disk and how to make room", () => {
    const cause = refusal(500, "write /var/lib/docker/tmp/x: no space left on device");
    expect(asDockerError("import image", "a", cause).message).toMatch(/disk is full.*docker system prune/);
  });

  it.each([
    { code: "ECONNREFUSED", message: "connect ECONNREFUSED" },
    { code: "ENOENT", syscall: "connect", message: "connect ENOENT /x.sock" },
  ])("tells of an engine that went away: $message", (fields) => {
    expect(asDockerError("list containers", "x", Object.assign(new Error(), fields)).message).toContain(
      "went away",
    );
  });

  it("does not blame the engine for a file of ours that does not exist", () => {
    const cause = Object.assign(new Error("ENOENT: open 'x'"), { code: "ENOENT", syscall: "open" });
    expect(asDockerError("build image", "x", cause).message).not.toContain("went away");
  });

  it("passes an error of ours on unchanged, and calls an aborted request interrupted", () => {
    const ours = asDockerError("a", "b", new Error("c"));
    expect(asDockerError("d", "e", ours)).toBe(ours);
    expect(asDockerError("d", "e", new DOMException("x", "AbortError"))).toMatchObject({
      code: "interrupted",
    });
    expect(asDockerError("d", "e", ours, AbortSignal.abort())).toMatchObject({
      code: "interrupted",
      cause: ours,
    });
  });

  it("knows no status where there was no answer", () => {
    expect(statusCodeOf(new Error("x"))).toBeUndefined();
    expect(statusCodeOf(undefined)).toBeUndefined();
  });
});
