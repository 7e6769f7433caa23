import { execFileSync } from "node:child_process";

/** The sources of the connections to a destination that a namespace has translated: as they came in. */
export function translatedSources(netns: string, destination: string): string[] {
  const table = execFileSync("nsenter", [`--net=${netns}`, "cat", "/proc/net/nf_conntrack"], {
    encoding: "utf8",
  });
  return table
    .split("\n")
    .filter((line) => line.includes(`dst=${destination} `))
    .flatMap((line) => /src=([0-9.]+)/.exec(line)?.[1] ?? []);
}
