#!/bin/sh
# Compares the Secrets of a namespace with the files that `keyferry render` made of the ExternalSecrets behind them, key by key and by SHA-256. No
# value is printed, written to a disk or given to a program as an argument. Ends with 1 where anything differs.
#
#   compare-secrets.sh NAMESPACE FOLDER
#
# FOLDER is what `keyferry render -o FOLDER` wrote: a folder for each Secret, called as it, with a file for each key.
set -u
namespace=${1:?"usage: compare-secrets.sh NAMESPACE FOLDER"}
folder=${2:?"usage: compare-secrets.sh NAMESPACE FOLDER"}
template='{{range $key, $value := .data}}{{$key}} {{$value}}{{"\n"}}{{end}}'

digest() {
  if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-64
}

# Reads the lines of the template; $1 is a Secret's name.
compare_keys() {
  differs=0
  while read -r key value; do
    [ -n "$key" ] || continue
    if [ ! -f "$folder/$1/$key" ]; then
      verdict='only in the Secret'
    elif [ "$(printf %s "$value" | base64 -d | digest)" = "$(digest < "$folder/$1/$key")" ]; then
      verdict='the same bytes'
    else
      verdict='DIFFERENT BYTES'
    fi
    [ "$verdict" = 'the same bytes' ] || differs=1
    echo "$1/$key: $verdict"
  done
  return "$differs"
}

# Reads the names of a Secret's keys; $1 is its name.
find_further_files() {
  keys=$(cat)
  differs=0
  for file in "$folder/$1"/* "$folder/$1"/.[!.]*; do
    [ -f "$file" ] || continue
    printf '%s\n' "$keys" | grep -Fqx -e "${file##*/}" && continue
    differs=1
    echo "$1/${file##*/}: only among the files"
  done
  return "$differs"
}

status=0
for path in "$folder"/*/; do
  name=$(basename "$path")
  if ! lines=$(kubectl get secret "$name" --namespace "$namespace" --output "go-template=$template"); then
    echo "$name: the Secret cannot be read"
    status=1
    continue
  fi
  printf '%s\n' "$lines" | compare_keys "$name" || status=1
  printf '%s\n' "$lines" | cut -d ' ' -f 1 | find_further_files "$name" || status=1
done
exit "$status"
