import { expect, test } from "vitest";
import { temporaryDir } from "../testing/labs.ts";
import { withLabLock } from "./lab-lock.ts";
import { StateDir } from "./state-dir.ts";

test.skipIf(process.platform !== "linux")(
  "one at a time works on a lab's directory, and a failure lets the next one in",
  async () => {
    const root = temporaryDir();
    const steps: string[] = [];
    const work = (name: string, lab: string): Promise<void> =>
      withLabLock(new StateDir(root.path, lab), async () => {
        steps.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(`${name} ends`);
        if (name === "first") throw new Error("first fails");
      });
    const first = work("first", "lab");
    await expect(first).rejects.toThrow("first fails");
    await Promise.all([work("a", "lab"), work("b", "lab")]);
    const pairs = steps.map((step) => step.split(" ")[0]);
    expect(pairs.filter((_, index) => index % 2 === 0)).toEqual(
      pairs.filter((_, index) => index % 2 === 1),
    );
    const other = withLabLock(new StateDir(root.path, "lab"), () => work("inner", "other"));
    await other;
    expect(steps.slice(-2)).toEqual(["inner begins", "inner ends"]);
    root.remove();
  },
);
