import { expect, test } from "vitest";
import { createNetworkClient } from "../../../src/docker/network-client.ts";
import { createVolumeClient } from "../../../src/docker/volume-client.ts";
import { docker, uniqueLabels } from "./container-support.ts";

const networks = createNetworkClient(docker);
const volumes = createVolumeClient(docker);

test("networks are found by their labels and removed, and removing them again is success", async () => {
  const labels = uniqueLabels();
  const name = `stepdock-test-${labels["dev.stepdock.test-id"]}`;
  const { id } = await docker.createNetwork({ Name: name, Labels: labels, Internal: true });
  expect(await networks.list(labels)).toEqual([{ id, name, labels }]);
  await networks.remove(id);
  await networks.remove(id);
  expect(await networks.list(labels)).toEqual([]);
});

test("volumes are found by their labels and removed, and removing them again is success", async () => {
  const labels = uniqueLabels();
  const name = `stepdock-test-${labels["dev.stepdock.test-id"]}`;
  await docker.createVolume({ Name: name, Labels: labels });
  expect(await volumes.list(labels)).toEqual([{ name }]);
  await volumes.remove(name);
  await volumes.remove(name);
  expect(await volumes.list(labels)).toEqual([]);
});

test("a listing that is aborted is interrupted", async () => {
  const signal = AbortSignal.abort();
  await expect(volumes.list({}, { signal })).rejects.toMatchObject({ code: "interrupted" });
});
