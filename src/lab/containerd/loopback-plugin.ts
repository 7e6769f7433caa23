/** The name containerd looks for when it brings up `lo` in a new sandbox. */
export const LOOPBACK_PLUGIN = "loopback";

/**
 * The CNI plugin `loopback` as a script of busybox, so that a lab needs no further package. containerd's CRI plugin
 * calls it for every sandbox, before the pod network. DEL has nothing to undo: the namespace goes.
 */
export function loopbackPlugin(busyboxPath: string): string {
  return `#!${busyboxPath} sh
case "$CNI_COMMAND" in
  VERSION)
    echo '{"cniVersion":"1.0.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0"]}' ;;
  ADD)
    ${busyboxPath} nsenter --net="$CNI_NETNS" ${busyboxPath} ip link set lo up || exit 1
    echo '{"cniVersion":"0.3.1","interfaces":[{"name":"lo","mac":"00:00:00:00:00:00","sandbox":"'"$CNI_NETNS"'"}],"ips":[{"version":"4","interface":0,"address":"127.0.0.1/8"}]}' ;;
esac
`;
}
