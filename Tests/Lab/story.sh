# shellcheck shell=bash
#
# Telling what happens, in 80 columns: chapters, commands with what they print, and checks that are counted.
# Sourced, not run.
#
#   chapter "The wire"                 a heading
#   say "Words, wrapped."              a paragraph
#   screen n1 martlet get services     shows a command on a machine and what it prints; fails as the command does
#   check "what must be so" CMD...     runs the command, says ok or FAILED, and counts
#   verdict                            'N passed, N failed'; fails if anything did
#
# Colours only on a terminal, and not if NO_COLOR is set.

passed=0
failed=0
plain='' bold='' dim='' green='' red=''
if [[ -t 1 && -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then
    plain=$'\e[0m' bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m'
fi

chapter_number=0

chapter() {
    chapter_number=$((chapter_number + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$chapter_number" "$1" "$plain"
}

say() { fold -s -w 77 <<<"$*" | sed 's/^/   /; s/ *$//'; }

# The program believes itself on a terminal of 77 columns, so that it prints as it would for the reader.
screen() {
    local machine=$1 output status=0 command
    shift
    printf '\n   %s%s# %s%s\n' "$dim" "$machine" "$(shown "$@")" "$plain"
    printf -v command ' %q' "$@"
    [[ -n $plain ]] || command=" env NO_COLOR=1$command"
    output=$(inside "$machine" script -qec "stty cols 77 rows 999 && exec$command" /dev/null </dev/null 2>&1) || status=$?
    [[ -z $output ]] || tr -d '\r' <<<"$output" | sed 's/^/   /; s/[[:space:]]*$//'
    return "$status"
}

# A command as a person would type it: by the program's name, quotes only where needed.
shown() {
    local word text=${1##*/} special='[^A-Za-z0-9_./:=,@%+[-]'
    shift
    for word in "$@"; do
        # A bracket that closes an IPv6 address is none of a shell's business.
        [[ -n $word && ! ${word//]/} =~ $special ]] || word="'$word'"
        text+=" $word"
    done
    printf '%s' "$text"
}

check() {
    local what=$1
    shift
    if "$@" >/dev/null 2>&1; then
        passed=$((passed + 1))
        printf '   %s[ ok ]%s %s\n' "$green" "$plain" "$what"
    else
        failed=$((failed + 1))
        printf '   %s[FAILED]%s %s\n' "$red" "$plain" "$what"
        return 0
    fi
}

verdict() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0 && passed > 0))
}
