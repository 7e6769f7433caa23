/** A time as EC2 writes it: `2026-01-02T03:04:05.000Z`. */
export function timestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}
