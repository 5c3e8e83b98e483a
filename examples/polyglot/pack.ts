/**
 * Packs the folder of charts, and writes down what is in it. `$1` the folder, `$2` the archive, `$3` the listing: given as
 * arguments, so that no path is ever read by the shell as anything but a path.
 */
export const PACK = `
set -eu
cd "$1"
tar -czf "$2" *.svg
count=$(ls *.svg | wc -l)
bytes=$(cat *.svg | wc -c)
printf '{"charts": %d, "bytes": %d}' "$count" "$bytes" > "$3"
echo "packed $count charts of $bytes bytes"
`;
