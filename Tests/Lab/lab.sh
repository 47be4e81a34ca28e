# shellcheck shell=bash
#
# A laboratory of Linux network namespaces: machines joined by wires, with nothing of it on any real network.
# Sourced, not run. It needs root, iproute2 and bash.
#
#   lab_create demo               begins the lab of that name (fails if it exists)
#   lab_machine n1                adds a machine: a namespace called mt-demo-n1
#   lab_wire n1 eth0 switch n1    joins interface eth0 of n1 to interface n1 of switch
#   inside n1 ip address          runs a command on a machine
#   lab_start n1 web CMD...       runs a program on it until the lab is removed; its output is in a log
#   lab_stop web TERM             ends that program
#   lab_remove demo               ends every program that the lab started and removes every machine
#
# Whatever a lab makes is noted in its directory, so that it can be removed by another process later on, and nothing
# else with it: programs by process identifier and start time, machines by name.

lab=                # the name, of small letters and digits
lab_directory=      # where the notes are

lab_use() {
    [[ $1 =~ ^[a-z0-9]{1,20}$ ]] || {
        echo "A lab's name is made of at most 20 small letters and digits, not '$1'." >&2
        return 64
    }
    lab=$1
    lab_directory=/run/martlet-lab/$1
}

lab_exists() { [[ -d $lab_directory ]]; }

lab_create() {
    lab_use "$1" || return
    mkdir -p "${lab_directory%/*}"
    # Two at once: one of them makes the directory, the other is told so.
    mkdir "$lab_directory" 2>/dev/null || return 1
    mkdir "$lab_directory/log" "$lab_directory/programs"
    : >"$lab_directory/machines"
}

# The namespace of a machine.
lab_namespace() { printf 'mt-%s-%s' "$lab" "$1"; }

inside() {
    local machine=$1
    shift
    ip netns exec "mt-$lab-$machine" "$@"
}

# Sets kernel settings of a machine: name=value, with the slashes of /proc/sys.
lab_set() {
    local machine=$1 setting
    shift
    for setting in "$@"; do
        inside "$machine" tee "/proc/sys/net/${setting%%=*}" <<<"${setting#*=}" >/dev/null
    done
}

lab_machine() {
    # Noted first: what is noted and absent does no harm, what is present and not noted stays behind.
    echo "$1" >>"$lab_directory/machines"
    ip netns add "$(lab_namespace "$1")"
    ip -n "$(lab_namespace "$1")" link set lo up
    # Addresses are usable at once: the lab hands each out once, so there is no duplicate to detect.
    lab_set "$1" ipv6/conf/all/accept_dad=0 ipv6/conf/default/accept_dad=0 ipv6/conf/default/accept_ra=0
}

# A machine that is a switch: whatever is wired to it and then passed to lab_port shares one segment.
lab_switch() {
    lab_machine "$1"
    ip -n "$(lab_namespace "$1")" link add br0 type bridge mcast_snooping 0
    ip -n "$(lab_namespace "$1")" link set br0 up
}

lab_wire() {
    ip link add "$2" netns "$(lab_namespace "$1")" type veth peer name "$4" netns "$(lab_namespace "$3")"
    ip -n "$(lab_namespace "$1")" link set "$2" up
    ip -n "$(lab_namespace "$3")" link set "$4" up
}

# Wires a machine's interface to a port of the switch, the port being named after the machine.
lab_port() {
    local machine=$1 interface=$2 switch=$3 mac=$4
    lab_wire "$machine" "$interface" "$switch" "$machine"
    ip -n "$(lab_namespace "$machine")" link set "$interface" address "$mac"
    ip -n "$(lab_namespace "$switch")" link set "$machine" master br0
}

lab_address() {
    local machine=$1 interface=$2 address
    shift 2
    for address in "$@"; do
        ip -n "$(lab_namespace "$machine")" address add "$address" dev "$interface"
    done
}

lab_log() { printf '%s/log/%s.log' "$lab_directory" "$1"; }

# When a process began, in clock ticks since the machine did: with its identifier, that names a process for good.
lab_began() {
    local fields
    fields=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The second field, the command in parentheses, may hold spaces; the start time is the 22nd.
    read -ra fields <<<"${fields##*) }"
    printf '%s' "${fields[19]}"
}

lab_start() {
    local machine=$1 program=$2
    shift 2
    # A session of its own, so that it outlives the terminal if the lab is kept.
    setsid ip netns exec "$(lab_namespace "$machine")" "$@" </dev/null >>"$(lab_log "$program")" 2>&1 3>&- &
    echo "$! $(lab_began $!)" >"$lab_directory/programs/$program"
    disown $!
}

# The process identifier of a program that still runs, or nothing.
lab_pid() {
    local pid began
    read -r pid began <"$lab_directory/programs/$1" 2>/dev/null || return 1
    [[ $(lab_began "$pid") == "$began" ]] || return 1
    printf '%s' "$pid"
}

lab_ended() { ! lab_pid "$1" >/dev/null; }

# Sends a signal to a program and waits up to five seconds for its end. Fails if it has not ended then.
lab_stop() {
    local program=$1 signal=$2 pid
    pid=$(lab_pid "$program") || return 0
    kill -s "$signal" "$pid" 2>/dev/null || return 0
    wait_for 5 lab_ended "$program" || return 1
    rm -f "$lab_directory/programs/$program"
}

lab_remove() {
    lab_use "$1" || return
    lab_exists || return 0
    local program pid machine namespace
    for program in "$lab_directory"/programs/*; do
        [[ -e $program ]] || continue
        pid=$(lab_pid "${program##*/}") || continue
        kill -s TERM "$pid" 2>/dev/null || true
    done
    for program in "$lab_directory"/programs/*; do
        [[ -e $program ]] || continue
        program=${program##*/}
        wait_for 3 lab_ended "$program" && continue
        pid=$(lab_pid "$program") || continue
        kill -s KILL "$pid" 2>/dev/null || true
    done
    while read -r machine; do
        namespace=$(lab_namespace "$machine")
        [[ ! -e /run/netns/$namespace ]] || ip netns delete "$namespace" || true
    done <"$lab_directory/machines"
    rm -rf "$lab_directory"
    # The last lab leaves nothing behind; others, or a mount, may be in the way, and may stay.
    rmdir "${lab_directory%/*}" 2>/dev/null || true
}

# Seconds since some moment, with microseconds.
now() { printf '%s' "$EPOCHREALTIME"; }

# Tries a command every 50 ms until it succeeds, for at most so many seconds.
wait_for() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        ((${EPOCHREALTIME/./} < deadline)) || return 1
        sleep 0.05
    done
}

# The seconds between two moments of now, as 1.23.
elapsed() {
    local microseconds=$((${2/./} - ${1/./}))
    printf '%d.%02d' $((microseconds / 1000000)) $((microseconds % 1000000 / 10000))
}
