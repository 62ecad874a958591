#!/bin/sh
# Makes a fresh machine able to run the fleet: Node modules, a Docker engine that
# answers, and Docker Compose v2. Installs what is missing on Debian and Ubuntu (as
# root); elsewhere it says what to install. Does nothing when everything is there.
# npm runs it before `npm start` and `npm test`.
set -eu
cd "$(dirname "$0")/.."
setup_start="$(date +%s)"
# Failures are explained by what programs say, so they have to say it in English.
export LC_ALL=C

engine_log=/var/log/quickcart-dockerd.log
engine_deadline_seconds=60
minimum_free_gigabytes=10
plugin_directory=/usr/local/lib/docker/cli-plugins
# How apt says it, and then npm.
unreachable="Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT"

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# step <what happens> <command...>: runs it quietly; its output is shown when it fails.
step() {
  title="$1"
  shift
  started="$(date +%s)"
  printf '> %s\n' "$title"
  output="$(mktemp)"
  if ! "$@" > "$output" 2>&1; then
    tail -n 40 "$output" >&2
    reason="$(explain_failure "$output")"
    rm -f "$output"
    fail "${reason:-this step failed: $title}"
  fi
  rm -f "$output"
  printf '  done in %s s\n' "$(($(date +%s) - started))"
}

# explain_failure <output>: the reason and the remedy, where apt, npm or dockerd said it.
explain_failure() {
  if grep -q 'Could not get lock' "$1"; then
    echo "another package manager holds apt's lock. Wait until it has finished and try again."
  elif grep -qiE "no space left on device|don't have enough free space" "$1"; then
    echo "the disk is full. Free some space and try again."
  elif grep -qE "$unreachable" "$1"; then
    echo "the mirror or registry that packages come from cannot be reached. Check the network and try again."
  fi
}

system() {
  if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091
    (. /etc/os-release && echo "${ID:-unknown}")
  else
    uname -s
  fi
}

# Only Debian and Ubuntu, only as root; everybody else reads what to do.
may_install() {
  what="$1"
  case "$(system)" in
    debian | ubuntu) ;;
    *) fail "$what is missing. Install Docker Engine 20.10 or newer with the Compose plugin (https://docs.docker.com/engine/install/), start it, and try again." ;;
  esac
  [ "$(id -u)" -eq 0 ] || fail "$what is missing. Run \"sudo sh scripts/setup.sh\" once, and make sure that your user may use Docker (group docker)."
}

# has_candidate <package> [<version pattern>]: whether apt can install it.
has_candidate() {
  apt-cache policy "$1" 2> /dev/null | grep -q "^  Candidate: ${2:-[0-9]}"
}

apt_install() {
  apt-get update && DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "$@"
}

# --- Node modules

installed_lock=node_modules/.quickcart-lock

modules_current() {
  [ "$(cat "$installed_lock" 2> /dev/null)" = "$(cksum < package-lock.json)" ]
}

install_modules() {
  # `npm ci` demands the optional packages of every platform to be in the lock; a mirror
  # may lack some. `npm install --no-save` takes the locked versions without them.
  { npm ci --no-audit --no-fund || npm install --no-save --no-audit --no-fund; } &&
    cksum < package-lock.json > "$installed_lock"
}

# --- Docker engine

engine_answers() { docker info > /dev/null 2>&1; }

install_engine() {
  # ca-certificates: to pull images; iptables: dockerd does not start without it.
  apt-get update || return 1
  # Debian 13 packages the client apart from the engine.
  client=""
  if has_candidate docker-cli; then client=docker-cli; fi
  # shellcheck disable=SC2086
  apt_install docker.io $client iptables ca-certificates debootstrap openssh-client procps
}

start_engine() {
  if [ -d /run/systemd/system ]; then
    systemctl enable --now docker
  else
    # A pid file of a dockerd that is gone would keep the new one from starting.
    pgrep -x dockerd > /dev/null || rm -f /var/run/docker.pid /run/docker/containerd/containerd.pid
    pgrep -x dockerd > /dev/null || setsid dockerd < /dev/null > "$engine_log" 2>&1 &
  fi
  waited=0
  until engine_answers; do
    waited=$((waited + 1))
    if [ "$waited" -gt "$((engine_deadline_seconds * 5))" ]; then
      echo "dockerd did not answer within $engine_deadline_seconds s. The end of its log:"
      if [ -f "$engine_log" ]; then tail -n 15 "$engine_log"; else journalctl -u docker -n 15; fi
      return 1
    fi
    sleep 0.2
  done
}

refuse_foreign_engine() {
  [ -z "${DOCKER_HOST:-}" ] || fail "DOCKER_HOST is $DOCKER_HOST and no engine answers there. Start it, or unset DOCKER_HOST."
  reason="$(docker info 2>&1 || :)"
  case "$reason" in
    *"permission denied"*) fail "Docker runs, but this user may not use it. Add the user to the group docker (\"sudo usermod -aG docker \$USER\", then log in again)." ;;
  esac
}

# --- Docker Compose

compose_answers() { docker compose version > /dev/null 2>&1; }

# Debian 12 and older have no Compose v2. Debian 13's package holds one static binary,
# so it is unpacked from there, with an apt state of its own: the system's sources and
# packages stay as they are. The download is verified with Debian's keyring.
fetch_compose_from_trixie() {
  state="$(mktemp -d)"
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/package"
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keyring] http://deb.debian.org/debian trixie main" > "$state/sources.list"
  apt_trixie() {
    apt-get -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
      -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache" \
      -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
  }
  status=0
  {
    apt_trixie update &&
      (cd "$state" && apt_trixie download docker-compose) &&
      dpkg -x "$state"/docker-compose_*.deb "$state/package" &&
      mkdir -p "$plugin_directory" &&
      install -m 0755 "$state"/package/usr/libexec/docker/cli-plugins/docker-compose \
        "$plugin_directory/docker-compose"
  } || status=1
  rm -rf "$state"
  return "$status"
}

install_compose() {
  # Debian 13 calls the plugin docker-compose, Ubuntu docker-compose-v2.
  for package in docker-compose-v2 docker-compose; do
    if has_candidate "$package" '[2-9]\.'; then
      apt_install "$package" && compose_answers && return
    fi
  done
  fetch_compose_from_trixie && compose_answers
}

# --- Disk

check_disk() {
  root="$(docker info --format '{{.DockerRootDir}}' 2> /dev/null)"
  [ -d "$root" ] || return 0
  free="$(df -Pk "$root" | awk 'NR == 2 { print int($4 / 1048576) }')"
  [ "$free" -ge "$minimum_free_gigabytes" ] ||
    fail "only $free GB free under $root; the fleet needs $minimum_free_gigabytes GB. Free some space (\"docker system prune\" removes what Docker no longer uses) and try again."
}

# Under sudo they would belong to root, and whoever called it could not change them.
[ -n "${SUDO_USER:-}" ] || modules_current || step "Installing Node modules" install_modules

if ! engine_answers; then
  if command -v dockerd > /dev/null && command -v docker > /dev/null; then
    refuse_foreign_engine
    [ "$(id -u)" -eq 0 ] || fail "Docker is installed but does not run. Start it (\"sudo systemctl start docker\") and try again."
  else
    ! command -v docker > /dev/null || refuse_foreign_engine
    may_install "Docker"
    step "Installing Docker" install_engine
  fi
  step "Starting Docker" start_engine
fi

if ! compose_answers; then
  may_install "Docker Compose v2"
  step "Installing Docker Compose v2" install_compose
fi

if ! command -v ssh > /dev/null; then
  may_install "The OpenSSH client"
  step "Installing the OpenSSH client" apt_install openssh-client
fi

# optional <program>: installs it where that is allowed and works; else one does without.
optional() {
  ! command -v "$1" > /dev/null || return 0
  case "$(system):$(id -u)" in
    debian:0 | ubuntu:0)
      (step "Installing $1" apt_install "$1") || printf '  going on without %s\n' "$1"
      ;;
  esac
}

# Reads secrets that git holds encrypted; only teams that keep them there need it.
optional age

# Judges this repository's shell scripts; only its tests need it.
[ "${npm_lifecycle_event:-}" != pretest ] || optional shellcheck

# Where no registry answers, the base image is made with it.
if ! command -v debootstrap > /dev/null && ! docker image inspect quickcart/debian:13 > /dev/null 2>&1; then
  case "$(system):$(id -u)" in
    debian:0 | ubuntu:0) step "Installing debootstrap" apt_install debootstrap ;;
  esac
fi

check_disk

# `npm test` counts its set-up too. Under sudo the file, and its folder, would belong to root.
if [ "${npm_lifecycle_event:-}" = pretest ] && [ -z "${SUDO_USER:-}" ]; then
  mkdir -p .quickcart
  printf '%s %s\n' "$setup_start" "$(date +%s)" > .quickcart/test-setup-time
fi
