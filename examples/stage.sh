# What the examples' scripts share: a place that is tidied up, commands held to their exit codes, trueup, the emulator
# of AWS, and Git. Sourced with `here` set to the example's folder.
#
#   TRUEUP_BINARY     a trueup to use instead of building one
#   EXAMPLE_PYTHON    a Python that has moto[server] and boto3, instead of installing them
#   CARGO_TARGET_DIR  where the build and the emulator's files go, as for cargo

project=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$project/target}
place=$(mktemp -d)
started=()

# No settings of the person who runs this.
export TF_CLI_CONFIG_FILE=/dev/null
unset TF_CLI_ARGS TF_DATA_DIR TF_LOG TF_WORKSPACE

finish() {
  for pid in "${started[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$place"
}
trap finish EXIT

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '\nNOT AS EXPECTED: %s\n' "$*" >&2
  exit 1
}

# expect CODE COMMAND...: runs trueup, shows what it prints, and fails unless it exits with the code.
expect() {
  local wanted=$1 code=0
  shift
  printf '$ trueup %s\n' "$*"
  "$trueup" "$@" 2>&1 | tee "$place/output" | sed 's/^/    /' || code=${PIPESTATUS[0]}
  [ "$code" = "$wanted" ] || fail "trueup $1 exited with $code instead of $wanted"
}

# shows TEXT: fails unless the last command printed it.
shows() {
  grep -qF -- "$1" "$place/output" || fail "the output doesn't say \"$1\""
}

# hides TEXT: fails if it did.
hides() {
  ! grep -qF -- "$1" "$place/output" || fail "the output says \"$1\""
}

# Sets `trueup` to the program, and builds it where none is given.
need_trueup() {
  if [ -n "${TRUEUP_BINARY:-}" ]; then
    trueup=$TRUEUP_BINARY
  else
    say "Building trueup"
    cargo build --release --locked --manifest-path "$project/Cargo.toml"
    trueup=$target/release/trueup
  fi
}

# Sets `python` to one that has moto and boto3, and installs them where none is given.
need_moto() {
  if [ -n "${EXAMPLE_PYTHON:-}" ]; then
    python=$EXAMPLE_PYTHON
  else
    python=$target/example-emulator/bin/python
    if ! "$python" -c 'import moto.server' 2>/dev/null; then
      say "Installing the emulator of AWS"
      python3 -m venv "$target/example-emulator"
      "$python" -m pip install --quiet 'moto[server]==5.2.*'
    fi
  fi
}

# Starts the emulator of AWS, whose address is then in `aws`, and points trueup at it.
start_aws() {
  local port
  port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$python" -m moto.server -H 127.0.0.1 -p "$port" >"$place/aws.log" 2>&1 &
  started+=("$!")
  aws="http://127.0.0.1:$port"
  export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_REGION=eu-central-1
  unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL
  for _ in $(seq 300); do
    if "$python" -c "import urllib.request; urllib.request.urlopen('$aws/moto-api/', timeout=1)" 2>/dev/null; then
      return
    fi
    sleep 0.1
  done
  fail "the emulator of AWS didn't start: $(tail -n 5 "$place/aws.log")"
}

# make_repository MESSAGE: a Git repository of the example's configuration, and the shell goes there.
make_repository() {
  say "Making a Git repository of the configuration"
  mkdir "$place/infrastructure"
  cp -R "$here"/*.tf* "$here/modules" "$place/infrastructure/"
  cd "$place/infrastructure"
  printf '.terraform/\ntfplan\n' >.gitignore
  git init --quiet --initial-branch=main .
  git add .
  git -c user.name=Example -c user.email=example@example.com commit --quiet --message "$1"
  git --no-pager log --oneline
}

# state_in BUCKET: where the state goes on the emulator, as a file for -backend-config.
state_in() {
  backend=$place/emulator.s3.tfbackend
  cat >"$backend" <<END
bucket                      = "$1"
region                      = "eu-central-1"
endpoints                   = { s3 = "$aws" }
use_path_style              = true
skip_credentials_validation = true
skip_metadata_api_check     = true
skip_requesting_account_id  = true
END
}
