#!/bin/sh
# Makes sure that a container engine answers: does nothing if one does, else starts the one that is installed,
# else installs the distribution's (Debian, Ubuntu and what derives from them; as root, or with sudo).
# Exit status: 0 an engine answers; 1 it could not be installed or started; 3 you have to do something, as printed.
#
# STEPDOCK_ENGINE_SOCKET     ask and start a private engine at this socket, not the system's; where another runs, only
#                            under `unshare --net --mount`: the second takes the bridge docker0 away from the first
# STEPDOCK_DOCKERD_OPTIONS   more options for a dockerd that this script starts by itself, separated by blanks
# STEPDOCK_ENGINE_LOG        where that dockerd writes its log
# STEPDOCK_ENGINE_WAIT       seconds that an engine has to answer after its start
set -eu

here=$(cd "$(dirname "$0")" && pwd)
socket=${STEPDOCK_ENGINE_SOCKET:-}
log=${STEPDOCK_ENGINE_LOG:-/var/log/stepdock-dockerd.log}
limit=${STEPDOCK_ENGINE_WAIT:-60}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # where dockerd is, and a plain user does not look

say() { echo "engine: $*"; }

fail() {
  status=$1
  shift
  echo "engine: $*" >&2
  exit "$status"
}

has() { command -v "$1" >/dev/null 2>&1; }

# Sets `where` and `answer`: 0 it answers, 4 this user may not use it, else there is none.
ask() {
  answer=0
  where=$(node "$here/ping-engine.js" "$socket") || answer=$?
}

require_permission() {
  [ "$answer" -ne 4 ] || fail 3 "an engine listens at $where, but you may not use it." \
    "Join its group (sudo usermod -aG docker $(id -un)), then log in again"
}

system_name() {
  if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091
    (. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
  else
    uname -s
  fi
}

say_what_to_install() {
  case " $1 " in
    *" Darwin "*) way='Install Docker Desktop, or: brew install colima docker && colima start' ;;
    *" fedora "*) way='sudo dnf install moby-engine busybox && sudo systemctl start docker' ;;
    *" alpine "*) way='apk add docker && rc-service docker start' ;;
    *" arch "*) way='sudo pacman -S docker busybox && sudo systemctl start docker' ;;
    *suse*) way='sudo zypper install docker busybox && sudo systemctl start docker' ;;
    *) way='Install Docker Engine, Docker Desktop or Podman, and start it' ;;
  esac
  fail 3 "no container engine answers, and this script installs one on Debian and Ubuntu only. $way"
}

# Sets `as_root`, the command that runs another as root: nothing, or sudo, which asks for a password only on a terminal.
become_root() {
  as_root=
  [ "$(id -u)" -ne 0 ] || return 0
  has sudo || fail 3 "no container engine answers, and to $1 needs root. Run this script as root: sh $0"
  as_root="sudo -n"
  if [ -t 0 ] && [ -z "${CI:-}" ]; then as_root=sudo; fi
  $as_root true || fail 3 "no container engine answers, and sudo refuses to $1. Run this script as root: sh $0"
}

missing_packages() {
  packages="docker.io iptables"
  has busybox || packages="$packages busybox-static"
  [ -s /etc/ssl/certs/ca-certificates.crt ] || packages="$packages ca-certificates"
  echo "$packages"
}

apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 "$@" >"$aptlog" 2>&1 </dev/null
}

# The lists of a fresh machine are empty and those of an old one name files that are gone: only then are they fetched.
install_engine() {
  packages=$(missing_packages)
  say "installing $packages"
  aptlog=$(mktemp)
  trap 'rm -f "$aptlog"' EXIT
  # shellcheck disable=SC2086
  apt install --no-install-recommends $packages ||
    { say "updating the package lists" && apt update && apt install --no-install-recommends $packages; } ||
    { tail -n 15 "$aptlog" >&2 && fail 1 "the packages could not be installed: $packages"; }
  ask
}

# A service that cannot start may be for want of an init that works; dockerd by itself then says more.
start_service() {
  [ -z "$socket" ] || return 1
  if [ -d /run/systemd/system ] && has systemctl; then
    say "starting the service docker (log: journalctl -u docker)"
    $as_root systemctl start docker && pid= && log=
  elif [ "$(cat /proc/1/comm 2>/dev/null)" = init ] && [ -x /etc/init.d/docker ] && has service; then
    say "starting the service docker (log: /var/log/docker.log)"
    $as_root service docker start >/dev/null && pid= && log=/var/log/docker.log
  else
    return 1
  fi
}

# In a session of its own, deaf to hangups, with nothing of ours open: it outlives this script and what called it.
start_dockerd() {
  say "starting dockerd (log: $log)"
  # shellcheck disable=SC2016,SC2086
  pid=$($as_root sh -c 'trap "" HUP; log=$1; shift; setsid dockerd "$@" >"$log" 2>&1 </dev/null & echo $!' sh \
    "$log" ${socket:+-H "unix://$socket"} ${STEPDOCK_DOCKERD_OPTIONS:-} </dev/null)
}

# Where nobody reaps it, a process that ended stays as a zombie.
runs() { [ -r "/proc/$1/status" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }

show_log() {
  if [ -n "$log" ]; then
    $as_root tail -n 15 "$log" >&2 || true
  else
    $as_root journalctl --no-pager -n 15 -u docker >&2 || true
  fi
}

await_engine() {
  deadline=$(($(date +%s) + limit))
  until ask && { [ "$answer" -eq 0 ] || [ "$answer" -eq 4 ]; }; do
    if [ -n "$pid" ] && ! runs "$pid"; then
      show_log
      fail 1 "dockerd ended before it answered; the last lines of its log are above"
    fi
    if [ "$(date +%s)" -ge "$deadline" ]; then
      show_log
      fail 1 "the engine did not answer within $limit s; the last lines of its log are above"
    fi
    sleep 0.2
  done
}

# Whoever could start the engine with sudo is its owner; membership of the group counts only after a new login.
open_socket() {
  [ "$answer" -eq 4 ] || return 0
  $as_root chown "$(id -un)" "$where"
  say "made you the owner of $where until it restarts; for good: sudo usermod -aG docker $(id -un)"
  ask
}

has node || fail 3 "Node is not on the PATH; install Node 24 or later"
ask
[ "$answer" -ne 0 ] || { say "answers at $where"; exit 0; }
require_permission
[ -z "${DOCKER_HOST:-}" ] || [ -n "$socket" ] ||
  fail 3 "nothing answers at DOCKER_HOST=$DOCKER_HOST. Start that engine, or unset DOCKER_HOST"
system=$(system_name)
[ "$(uname -s)" = Linux ] || say_what_to_install "$(uname -s)"

if ! has dockerd; then
  case " $system " in
    *" debian "* | *" ubuntu "*) ;;
    *) say_what_to_install "$system" ;;
  esac
  become_root "install one"
  install_engine
else
  become_root "start the one that is installed"
fi
if [ "$answer" -ne 0 ] && [ "$answer" -ne 4 ]; then
  start_service || start_dockerd
  await_engine
fi
open_socket
[ "$answer" -eq 0 ] || fail 1 "the engine was started, but does not answer"
say "answers at $where"
