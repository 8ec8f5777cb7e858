#!/bin/sh
# Reviews an edit of the preset list, from the folder that has Darkroom: OUT/review.md to post, OUT/sheet.html to attach,
# and OUT/plan.json where the settings of a deployment are in the environment. Ends with 1 if any of it failed.
# docs/preview.md says how it is used, and by which rights.
set -eu

if [ $# -ne 4 ]; then
  echo "review-presets: expected OLD NEW PHOTOS OUT, received $# words" >&2
  exit 1
fi
old=$1
new=$2
photos=$3
out=$4

mkdir -p "$out"
review=$out/review.md
said=$(mktemp)
trap 'rm -f "$said"' EXIT
failed=0

# Indented, line by line: no name of a file can end the block that it is quoted in.
told() {
  printf '### %s\n\n' "$1" >>"$review"
  shift
  "$@" >"$said" 2>&1 || failed=1
  tr '\r' ' ' <"$said" | sed 's/^/    /' >>"$review"
  printf '\n' >>"$review"
}

: >"$review"
told Check npx darkroom presets check "$new"
if [ "$failed" -eq 0 ]; then
  set -- "$photos" --out "$out/sheet.html" --presets "$new"
  if [ -f "$old" ]; then
    told Difference npx darkroom presets diff "$old" "$new"
    set -- "$@" --compare "$old"
  fi
  told 'Contact sheet' npx darkroom preview "$@"
  if [ -n "${DARKROOM_ORIGINALS_BUCKET:-}" ] && [ -n "${ALIBABA_CLOUD_ACCESS_KEY_ID:-}" ]; then
    told Plan npx darkroom presets plan "$new" --count-only --out "$out/plan.json"
  else
    printf '### Plan\n\nNot made: no settings of a deployment are here.\n' >>"$review"
  fi
fi

cat "$review"
exit "$failed"
