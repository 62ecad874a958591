/**
 * A span of time as Docker and HAProxy both write it: whole milliseconds, in
 * seconds where that is exact (`1s`, `250ms`).
 */
export function formatDuration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000)
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`
}
