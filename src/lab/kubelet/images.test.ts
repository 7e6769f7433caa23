import { describe, expect, test } from "vitest";
import { BerthError } from "../../base/index.ts";
import type { Time } from "../../time/index.ts";
import { Images } from "./images.ts";
import { openMemoryRuntime } from "./memory-runtime.ts";
import { KubeletEvents } from "./pod-events.ts";
import type { ContainerRuntime } from "./runtime.ts";
import { TEST_NODE, testPod } from "./testing/test-node.ts";
import { TinyNetwork } from "./testing/tiny-network.ts";

/** A time that stands still until it is set. */
class StillTime implements Time {
  ms = 0;
  nowMs(): number {
    return this.ms;
  }
  sleep(): Promise<void> {
    return Promise.resolve();
  }
}

const WHY = 'rpc error: code = Unknown desc = failed to pull and unpack image "x": no such host';

/** Images over a runtime that has none, and whose registry answers when it is told to. */
function world() {
  const time = new StillTime();
  const said: string[] = [];
  let answers = false;
  const runtime: ContainerRuntime = {
    ...openMemoryRuntime({ network: new TinyNetwork(), time }),
    findImage: async () => undefined,
    pullImage: async (name) => {
      if (!answers) throw new BerthError("cri", WHY, { fix: "none" });
      time.ms += 1500;
      return { id: "sha256:1", names: [name], bytes: 12 };
    },
  };
  const recorder = {
    event: (_: unknown, { message }: { message: string }) => void said.push(message),
  };
  const events = new KubeletEvents(recorder, "all", TEST_NODE.name);
  const images = new Images({ runtime, events, time });
  return { time, said, images, answer: () => (answers = true) };
}

const pod = testPod("web");
const container = { name: "main", image: "example.com/x:1" };

describe("Images", () => {
  test("R-DIAG-1: a pull that fails is tried again later and later, and says so", async () => {
    const { time, said, images, answer } = world();
    const first = await images.ensure(pod, container);
    expect(first).toMatchObject({ ok: false, waiting: { reason: "ErrImagePull", message: WHY } });
    expect(said.splice(0)).toEqual([
      'Pulling image "example.com/x:1"',
      `Failed to pull image "example.com/x:1": ${WHY}`,
      "Error: ErrImagePull",
    ]);
    time.ms += 5000;
    expect(await images.ensure(pod, container)).toEqual({
      ok: false,
      waiting: {
        reason: "ImagePullBackOff",
        message: `Back-off pulling image "example.com/x:1": ErrImagePull: ${WHY}`,
      },
      retryMs: 5000,
    });
    expect(said.splice(0)).toEqual([
      'Back-off pulling image "example.com/x:1"',
      "Error: ImagePullBackOff",
    ]);
    answer();
    time.ms += 5000;
    expect(await images.ensure(pod, container)).toEqual({ ok: true, imageId: "sha256:1" });
    expect(said.at(-1)).toBe(
      'Successfully pulled image "example.com/x:1" in 1.500s (1.500s including waiting). Image size: 12 bytes.',
    );
  });

  test("an image that may not be pulled", async () => {
    const { images, said } = world();
    const answer = await images.ensure(pod, { ...container, imagePullPolicy: "Never" });
    expect(answer).toMatchObject({ ok: false, waiting: { reason: "ErrImageNeverPull" } });
    expect(said).toEqual([
      'Container image "example.com/x:1" is not present with pull policy of Never',
      "Error: ErrImageNeverPull",
    ]);
  });
});
