const OWN = new Set([
  "MAX_PODS",
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
  "AWS_ENDPOINT_URL_EC2",
]);

/** Whether a variable is Berth's own, or of its surroundings, and none of the VPC CNI's. */
export function isOwnVariable(name: string): boolean {
  return name.startsWith("BERTH_") || OWN.has(name);
}
