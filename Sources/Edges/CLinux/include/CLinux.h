// What the Glibc module leaves out of Linux, and what does not import into Swift as it is written: functions behind
// _GNU_SOURCE, and macros that take arguments.
//
// _GNU_SOURCE itself must not be defined here: it changes fd_set, and the module would then disagree with Glibc's.
#pragma once

#include <fcntl.h>
#include <malloc.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <linux/filter.h>

#include "CLinuxMulticast.h"

/// Moves the calling thread into the network namespace that `descriptor` refers to. 0, or an errno.
int clinux_enter_network_namespace(int descriptor);

/// Gives the calling thread the real-time class SCHED_FIFO with this priority (1 to 99). 0, or an errno: EPERM without
/// CAP_SYS_NICE. Processes that the thread starts do not inherit it.
int clinux_set_realtime_priority(int priority);

/// Gives the calling thread the class of all others back.
void clinux_set_ordinary_priority(void);

/// Makes effective what is permitted to the calling thread, and to those that it starts afterwards. 0, or an errno.
int clinux_raise_permitted_capabilities(void);

/// Takes all capabilities from the calling thread, and from it alone. 0, or an errno.
int clinux_drop_thread_capabilities(void);

/// Names the calling thread, for `ps` and debuggers; at most 15 octets count.
void clinux_set_thread_name(const char *name);

/// The kernel's identifier of the calling thread.
pid_t clinux_thread_identifier(void);

/// The exit status of a process from what `waitpid` stored, or 128 + the number of the signal that ended it.
int clinux_exit_status(int status);

/// `posix_spawn_file_actions_addclosefrom_np`: the child closes this descriptor and all above it.
int clinux_spawn_close_from(posix_spawn_file_actions_t *actions, int descriptor);
