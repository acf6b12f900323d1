# Functions that every script of a row knows. Set by the harness: MODULE, MODULE_ENVIRONMENT (names of the variables that
# give the module its folder), FOLDER, PORT, LABEL, PIN, SO_PIN, PYTHON, NODE_PATH.

# The command must fail: `refuses COMMAND…`.
refuses() { if "$@"; then echo "accepted: $*"; exit 1; fi; }

# The command must succeed and say this: `says TEXT COMMAND…`. What it said stays in the file `said`.
says() {
  local text=$1; shift
  "$@" >said 2>&1 || { local code=$?; cat said; return $code; }
  cat said
  holds "$text" said
}

# The file must hold this text: `holds TEXT FILE`.
holds() { grep -qF -- "$1" "$2" || { echo "not said: $1"; exit 1; }; }

# Waits until the file holds this text, for a server that writes late: `comes TEXT FILE`.
comes() { for _ in $(seq 100); do grep -qsF -- "$1" "$2" && return; sleep 0.1; done; echo "not said: $1"; exit 1; }

# Whether somebody listens on the row's port.
listening() { (: </dev/tcp/127.0.0.1/"$PORT") 2>/dev/null; }

# pkcs11-tool on the module, and logged in.
tool() { pkcs11-tool --module "$MODULE" "$@"; }
login() { tool --token-label "$LABEL" --login --pin "$PIN" "$@"; }

# openssl verifies the signature and refuses it for other data: `verifies PUBLIC SIGNATURE DATA OPTION…`.
verifies() {
  local public=$1 signature=$2 data=$3; shift 3
  openssl dgst -sha256 -verify "$public" -signature "$signature" "$@" "$data"
  cp "$data" other; echo more >>other
  refuses openssl dgst -sha256 -verify "$public" -signature "$signature" "$@" other
}

# The file made by a glob pattern, the first one.
first() { ls $1 | head -1; }
