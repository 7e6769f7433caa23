/** Replaces what differs from run to run, so that the rest of an output can be compared: column widths follow what is replaced. */
export function normalise(text: string): string {
  return text
    .replaceAll(/\b(eni|i|subnet|vpc|sg|ami|eni-attach)-[0-9a-f]{8,17}\b/g, "$1-ID")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "UUID")
    .replaceAll(/\b[0-9a-f]{64}\b/g, "ID64")
    .replaceAll(/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+\d{4}/g, "DATE")
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
    .replaceAll(/\bip-10-0-\d+-\d+\./g, "ip-10-0-x-x.")
    .replaceAll(/\b10\.0\.(\d+)\.\d+\b(?!\/)/g, "10.0.$1.x")
    .replaceAll(/\b((web|aws-node|kube-proxy|thirst)-)([bcdf0-9]{1,10}-)?[a-z0-9]{5}\b/g, "$1HASH")
    .replaceAll(/\b\d+[smhd](\d+[smhd])?( ago)?\b/g, (age) =>
      age.endsWith("ago") ? "AGE ago" : "AGE",
    )
    .replaceAll(/\(x\d+ over AGE\)/g, "(xN over AGE)")
    .replaceAll(/[ \t]{2,}/g, "  ")
    .replaceAll(/[ \t]+$/gm, "");
}
