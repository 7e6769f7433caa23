/** The image that the lab's nodes have. */
export const IMAGE = "berth.local/echo:1";

/** A Deployment of the lab's echo image, as JSON. */
export function deployment(name: string, replicas: number, resources: object = {}): string {
  return JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "echo", image: IMAGE, resources }],
        },
      },
    },
  });
}
