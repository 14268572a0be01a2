#!/bin/sh
# Renders the sentences that are spoken from memory: reads `<language>/sentences.txt` (one `name: sentence` a line) and writes
# `<language>/<name>.ulaw`, µ-law at 8 kHz. Needs espeak-ng and sox. Run it after changing a sentence; the sound files are kept in the repository.
set -eu
cd "$(dirname "$0")"

voice() {
    case "$1" in
        en) echo en-us+f3 ;;
        *) echo "$1+f3" ;;
    esac
}

for sentences in */sentences.txt; do
    language=$(dirname "$sentences")
    while IFS= read -r line; do
        name=${line%%: *}
        printf '%s' "${line#*: }" |
            espeak-ng -v "$(voice "$language")" -s 155 -p 45 -z --stdout |
            sox -q -t wav - -t raw -r 8000 -c 1 -e mu-law -b 8 -D "$language/$name.ulaw" \
                highpass 200 lowpass 3600 silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse gain -n -6 pad 0.02 0.05
    done < "$sentences"
done
