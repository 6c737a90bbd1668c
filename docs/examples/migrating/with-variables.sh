#!/bin/sh
# Starts a program with a variable for each file of a folder, as envFrom gave it the keys of a Secret.
#
#   with-variables.sh FOLDER PROGRAM [ARGUMENT...]
#
# Names that cannot be variables of a shell (config.yaml, api-key) are left out.
set -eu
folder=$1
shift
if [ ! -d "$folder" ]; then
  echo "with-variables.sh: there is no folder $folder" >&2
  exit 1
fi
for file in "$folder"/*; do
  name=${file##*/}
  case $name in
    [0-9]* | *[!A-Za-z0-9_]*) continue ;;
  esac
  # The letter keeps line breaks at the end, which $() would take away.
  value=$(cat "$file" && printf x)
  export "$name=${value%?}"
done
exec "$@"
