import { mkdirSync, writeFileSync } from "node:fs";

/** For AWS CLIs that do not read AWS_ENDPOINT_URL: the next `aws` of the PATH, told the lab's endpoint each time. */
const SCRIPT = `#!/bin/sh
# The AWS CLI with the endpoint of a Berth lab, for versions that do not read AWS_ENDPOINT_URL.
set -eu
own=$(CDPATH='' cd "$(dirname "$0")" && pwd)
rest=
IFS=:
for dir in $PATH; do
  [ "$dir" = "$own" ] || rest="\${rest:+$rest:}$dir"
done
PATH=$rest
exec aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"
`;

/** Makes a directory with the program `aws` in it, which scripts find too: a shell function would not reach them. */
export function writeAwsWrapper(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/aws`, SCRIPT, { mode: 0o755 });
}
