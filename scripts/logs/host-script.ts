import { type KnownService, swarmNamePattern } from "./services.ts"

/** What is asked of the logs; checked already. */
export interface LogQuery {
  services: readonly KnownService[]
  /** Seconds before now, or a time in RFC 3339; undefined asks for all that is kept. */
  since: number | string | undefined
  /** The same; undefined is now. */
  until: number | string | undefined
  /** The one host that is asked; undefined is all. */
  host: string | undefined
  /** Text that a line has to contain, as it is. */
  grep: string | undefined
  /** Newest lines wanted. */
  lines: number
}

const label = (name: string) => `com.docker.swarm.${name}`

/** Time between two looks for containers that came after the first. */
const lookSeconds = 2

/**
 * Bash that prints what the services' containers on a host wrote, also those that have stopped,
 * as `<task> <time> <text>`. It asks the host's own engine: `docker service logs` needs a manager,
 * and waits for hosts that are dead. Exits with 1 when Docker does not answer.
 */
export function readScript(query: LogQuery): string {
  return [
    ...functions(query),
    'found="$(containers)" || exit 1',
    'while read -r id service task; do wanted "$service" || continue',
    `  past "$id" "$task"`,
    'done <<< "$found"',
  ].join("\n")
}

/**
 * The same, and then what is written from now on, also by containers that start later. It ends when
 * its standard input does: nobody is left who reads, and a quiet container would not notice.
 */
export function followScript(query: LogQuery): string {
  return [
    ...functions(query),
    "containers > /dev/null || exit 1",
    "look() {",
    `  local seen=' ' span='${[...timeOption("since", query), `--tail ${query.lines}`].join(" ")}'`,
    "  while :; do",
    "    while read -r id service task; do",
    `      case "$seen" in *" $id "*) continue ;; esac`,
    '      wanted "$service" || continue',
    '      seen="$seen$id "',
    // Unquoted: it is several words.
    '      live "$id" "$task" $span &',
    "    done < <(containers)",
    // A container that comes later is read from its first line.
    "    span=''",
    `    sleep ${lookSeconds}`,
    "  done",
    "}",
    "look < /dev/null &",
    "cat > /dev/null",
    "kill 0",
  ].join("\n")
}

/** A word that the shell takes as it is. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function functions(query: LogQuery): string[] {
  const patterns = query.services.map(swarmNamePattern).join("|")
  const format = `{{.ID}} {{.Label "${label("service.name")}"}} {{.Label "${label("task.name")}"}}`
  const grep = (option: string) =>
    query.grep === undefined
      ? ""
      : ` | grep --text${option} --fixed-strings -e ${quoted(query.grep)}`
  // Where lines are left out by their text, the newest ones are known only afterwards.
  const tail = query.grep === undefined ? [`--tail ${query.lines}`] : []
  const span = [...timeOption("since", query), ...timeOption("until", query), ...tail].join(" ")
  return [
    `containers() { docker ps --all --no-trunc --filter label=${label("service.name")} --format '${format}'; }`,
    `wanted() { case "$1" in ${patterns}) ;; *) return 1 ;; esac; }`,
    `past() { docker logs --timestamps ${span} "$1" 2>&1 < /dev/null${grep("")} | tail --lines=${query.lines} | sed "s/^/$2 /"; }`,
    `live() { docker logs --timestamps --follow "\${@:3}" "$1" 2>&1${grep(" --line-buffered")} | sed --unbuffered "s/^/$2 /"; }`,
  ]
}

function timeOption(name: "since" | "until", query: LogQuery): string[] {
  const time = query[name]
  if (time === undefined) return []
  return [`--${name} ${typeof time === "number" ? `${time}s` : time}`]
}
